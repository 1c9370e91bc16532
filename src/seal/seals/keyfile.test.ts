import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { SealRefused } from '../seal.ts'
import { createKeyFile, keyfileSeal } from './keyfile.ts'

const root = mkdtempSync(join(tmpdir(), 'keyturn-keyfile-'))
afterAll(() => rmSync(root, { recursive: true }))

const rootKey = Buffer.alloc(32, 9)
const goodKey = Buffer.alloc(32, 3).toString('base64')

test('a new key file is its owner’s alone, opens what it sealed, and is never written over', async () => {
  const path = join(root, 'folder', 'seal.key')
  createKeyFile(path)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(join(root, 'folder')).mode & 0o777).toBe(0o700)
  const content = readFileSync(path, 'utf8')
  expect(content).toMatch(/^[A-Za-z0-9+/]{43}=\n$/)
  const sealed = await keyfileSeal({ path }).wrap(rootKey)
  expect(await keyfileSeal({ path }).unwrap(sealed)).toEqual(rootKey)
  expect(JSON.stringify(sealed)).not.toContain(rootKey.toString('base64'))
  expect(() => createKeyFile(path)).toThrow('EEXIST')
  expect(readFileSync(path, 'utf8')).toBe(content)
  createKeyFile(join(root, 'other.key'))
  await expect(keyfileSeal({ path: join(root, 'other.key') }).unwrap(sealed)).rejects.toThrow(
    /other\.key does not open this store/,
  )
})

test.each([0o644, 0o640, 0o604, 0o620, 0o601])('a key file of mode %o is refused', (mode) => {
  const path = join(root, `mode-${mode}`)
  writeFileSync(path, goodKey)
  chmodSync(path, mode)
  expect(() => keyfileSeal({ path })).toThrow(new RegExp(`can be read by others.*chmod 600 ${path}`))
  chmodSync(path, 0o400)
  expect(keyfileSeal({ path }).kind).toBe('keyfile')
})

test.each([
  ['', 'an empty one'],
  ['AAAA', 'three bytes'],
  [Buffer.alloc(31).toString('base64'), '31 bytes'],
  [Buffer.alloc(33).toString('base64'), '33 bytes'],
  [Buffer.alloc(32, 0xff).toString('base64url'), 'base64url'],
  [Buffer.alloc(32).toString('hex'), 'hexadecimal'],
  [`${goodKey} x`, 'more text'],
  ['x'.repeat(1025), 'a long one'],
])('a key file with «%s» is refused', (content) => {
  const path = join(root, 'bad.key')
  writeFileSync(path, content, { mode: 0o600 })
  let message = ''
  try {
    keyfileSeal({ path })
  } catch (error) {
    expect(error).toBeInstanceOf(SealRefused)
    message = (error as Error).message
  }
  expect(message).toContain(path)
  if (content.length > 0) expect(message).not.toContain(content)
})

test('what is no file is refused, and does not hold the process up', () => {
  mkdirSync(join(root, 'is-folder'), { mode: 0o700 })
  execFileSync('mkfifo', ['-m', '600', join(root, 'is-pipe')])
  expect(() => keyfileSeal({ path: join(root, 'is-folder') })).toThrow('is not a file')
  expect(() => keyfileSeal({ path: join(root, 'is-pipe') })).toThrow('is not a file')
  expect(() => keyfileSeal({ path: join(root, 'missing') })).toThrow(/cannot be read \(ENOENT\)/)
})

test('a key in the environment', async () => {
  const seal = keyfileSeal({ environment: 'SEAL_KEY' }, { SEAL_KEY: ` ${goodKey}\n` })
  expect(await seal.unwrap(await seal.wrap(rootKey))).toEqual(rootKey)
  expect(() => keyfileSeal({ environment: 'SEAL_KEY' }, {})).toThrow(/SEAL_KEY.*is not set/)
  expect(() => keyfileSeal({ environment: 'SEAL_KEY' }, { SEAL_KEY: 'short' })).toThrow(
    'variable SEAL_KEY must be 32 bytes',
  )
})

test('a systemd credential', async () => {
  const folder = join(root, 'credentials')
  mkdirSync(folder)
  writeFileSync(join(folder, 'seal'), goodKey, { mode: 0o440 })
  const environment = { CREDENTIALS_DIRECTORY: folder }
  const seal = keyfileSeal({ credential: 'seal' }, environment)
  expect(await seal.unwrap(await seal.wrap(rootKey))).toEqual(rootKey)
  expect(() => keyfileSeal({ credential: 'seal' }, {})).toThrow(/LoadCredentialEncrypted/)
  expect(() => keyfileSeal({ credential: 'other' }, environment)).toThrow('ENOENT')
  expect(existsSync(join(folder, 'other'))).toBe(false)
})
