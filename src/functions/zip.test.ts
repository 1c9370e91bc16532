import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { CodeFolders } from './code-folders.ts'
import { type ZipPart, zipOf } from './functions.test-support.ts'
import { checkZip, unpackZip, type ZipLimits } from './zip.ts'

const root = mkdtempSync(join(tmpdir(), 'keyturn-zip-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const folder = () => mkdtempSync(join(root, 'out-'))

async function unpack(
  zip: Uint8Array,
  limits?: ZipLimits,
): Promise<{ refused?: string; written?: readonly string[]; target?: string }> {
  const target = folder()
  const checked = await checkZip(zip, limits)
  if ('refused' in checked) return { refused: checked.refused, written: readdirSync(target) }
  return { ...(await unpackZip(checked, target)), target }
}

test('files and folders come out as they went in, for reading only', async () => {
  const { target = '' } = await unpack(
    zipOf([
      { name: 'src/', mode: 0o040755 },
      { name: 'src/app.py', content: 'x = 1', deflate: true },
      { name: 'bootstrap', content: '#!/bin/sh', mode: 0o100755 },
      { name: 'a/b/c.txt', content: 'deep' },
      { name: 'empty' },
    ]),
  )
  expect(readFileSync(join(target, 'src/app.py'), 'utf8')).toBe('x = 1')
  expect(readFileSync(join(target, 'a/b/c.txt'), 'utf8')).toBe('deep')
  expect(readFileSync(join(target, 'empty'), 'utf8')).toBe('')
  expect(statSync(join(target, 'src/app.py')).mode & 0o777).toBe(0o444)
  expect(statSync(join(target, 'bootstrap')).mode & 0o777).toBe(0o555)
})

const symlink = 0o120777
const fine: ZipPart = { name: 'index.js', content: 'x' }

test.each<[string, readonly ZipPart[], string]>([
  ['a way out', [fine, { name: '../evil' }], 'unsafe-name'],
  ['a way out below', [fine, { name: 'a/../../evil' }], 'unsafe-name'],
  ['an absolute path', [fine, { name: '/etc/passwd' }], 'unsafe-name'],
  ['a drive', [fine, { name: 'C:evil' }], 'unsafe-name'],
  ['a backslash', [fine, { name: '..\\evil' }], 'unsafe-name'],
  ['a zero byte', [fine, { name: 'a\0b' }], 'unsafe-name'],
  ['an empty step', [fine, { name: 'a//b' }], 'unsafe-name'],
  ['a step in place', [fine, { name: './b' }], 'unsafe-name'],
  ['no name', [fine, { name: '' }], 'unsafe-name'],
  ['a long name', [fine, { name: 'x'.repeat(256) }], 'unsafe-name'],
  ['a long path', [fine, { name: 'x/'.repeat(600) }], 'unsafe-name'],
  ['a link', [fine, { name: 'link', content: '/etc', mode: symlink }], 'special-file'],
  ['a link as a folder', [fine, { name: 'link/', mode: symlink }], 'special-file'],
  ['a device', [fine, { name: 'zero', mode: 0o020666 }], 'special-file'],
  ['a pipe', [fine, { name: 'pipe', mode: 0o010666 }], 'special-file'],
  ['a folder with content', [fine, { name: 'folder/', content: 'x', mode: 0o040755 }], 'special-file'],
  ['a name twice', [fine, fine], 'duplicate-name'],
  ['a file that is a folder', [{ name: 'a' }, { name: 'a/b' }], 'duplicate-name'],
  ['a folder that is a file', [{ name: 'a/b' }, { name: 'a' }], 'duplicate-name'],
  ['an encrypted file', [{ ...fine, flags: 0x801, deflate: true }], 'encrypted'],
  ['an unknown compression', [{ ...fine, method: 12 }], 'unknown-compression'],
  ['nothing at all', [], 'empty'],
  ['folders alone', [{ name: 'a/', mode: 0o040755 }], 'empty'],
])('%s is refused before anything is written', async (_what, parts, refused) => {
  expect(await unpack(zipOf(parts))).toEqual({ refused, written: [] })
})

test('bounds hold: number, size of one, size of all, ratio', async () => {
  const limits = { entries: 3, unpackedBytes: 100, entryBytes: 60 }
  const of = (...sizes: readonly number[]) =>
    zipOf(sizes.map((size, index) => ({ name: `${index}`, content: Buffer.alloc(size) })))
  expect(await unpack(of(30, 30, 30), limits)).not.toHaveProperty('refused')
  expect(await unpack(of(1, 1, 1, 1), limits)).toMatchObject({ refused: 'too-many-entries' })
  expect(await unpack(of(61), limits)).toMatchObject({ refused: 'too-large' })
  expect(await unpack(of(50, 51), limits)).toMatchObject({ refused: 'too-large' })
  const bomb = zipOf([{ name: 'zeros', content: Buffer.alloc(20 * 1024 * 1024), deflate: true }])
  expect(await unpack(bomb)).toMatchObject({ refused: 'suspicious-ratio' })
})

test('a file that is not what the table of contents says is damaged', async () => {
  const content = Buffer.alloc(5_000, 1)
  expect(await unpack(zipOf([{ name: 'a', content, deflate: true, size: 10 }]))).toMatchObject({ refused: 'damaged' })
  expect(await unpack(zipOf([{ name: 'a', content, deflate: true, size: 9_000 }]))).toMatchObject({
    refused: 'damaged',
  })
  expect(await unpack(zipOf([{ name: 'a', content, crc: 1 }]))).toMatchObject({ refused: 'damaged' })
})

test('whatever bytes come, they are refused or unpacked, and nothing else happens', async () => {
  const good = zipOf([fine, { name: 'b/c', content: 'text'.repeat(50), deflate: true }])
  const damage = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(damage, async (changes) => {
      const bytes = Buffer.from(good)
      for (const [at, value] of changes) bytes[at] = value
      const before = readdirSync(root).length
      const result = await unpack(bytes)
      expect('refused' in result || 'target' in result).toBe(true)
      expect(readdirSync(root)).toHaveLength(before + 1)
    }),
    { numRuns: 150, seed: 7 },
  )
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      expect(await checkZip(bytes)).toHaveProperty('refused')
    }),
    { numRuns: 50, seed: 7 },
  )
})

test('code is unpacked once, by content, and is unpacked anew after it was dropped', async () => {
  const home = folder()
  const folders = new CodeFolders(home)
  let reads = 0
  const source = (content: string) => ({
    sha256: Buffer.from(content.padEnd(32, '.')).toString('base64'),
    read: () => {
      reads++
      return Promise.resolve(zipOf([{ name: 'index.js', content }]))
    },
  })
  const [a, b] = await Promise.all([folders.use(source('one')), folders.use(source('one'))])
  if ('refused' in a || 'refused' in b) throw new Error('sound code')
  expect(a.path).toBe(b.path)
  expect(reads).toBe(1)
  a.release()
  b.release()
  for (let index = 0; index < 25; index++) {
    const used = await folders.use(source(`other ${index}`))
    if ('path' in used) used.release()
  }
  expect(readdirSync(home).filter((name) => !name.startsWith('.')).length).toBeLessThanOrEqual(21)
  const again = await folders.use(source('one'))
  expect(reads).toBe(27)
  if ('path' in again) expect(readFileSync(join(again.path, 'index.js'), 'utf8')).toBe('one')
  expect(await folders.use({ sha256: 'AAAA', read: () => Promise.resolve(Buffer.from('no zip')) })).toEqual({
    refused: 'no-zip',
  })
})
