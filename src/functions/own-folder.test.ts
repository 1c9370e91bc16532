import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeOwnFolder, removeAbandonedFolders } from './own-folder.ts'

const module = fileURLToPath(new URL('./own-folder.ts', import.meta.url))
const isRoot = process.getuid?.() === 0
const strangersUid = 60_599

let parent = ''
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'keyturn-own-folder-'))
})
afterEach(() => rmSync(parent, { recursive: true, force: true }))

/** A folder whose maker was killed. */
function abandoned(): string {
  const program = `import { makeOwnFolder } from ${JSON.stringify(module)}
process.stdout.write(makeOwnFolder(${JSON.stringify(parent)}), () => process.kill(process.pid, 'SIGKILL'))`
  const ended = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  expect(ended.signal).toBe('SIGKILL')
  return ended.stdout
}

const remove = () => removeAbandonedFolders(parent, Date.now())

function rewriteOwner(folder: string, change: object): void {
  const file = join(folder, 'owner.json')
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...change }))
}

describe.skipIf(process.platform !== 'linux')('folders of processes that are gone', () => {
  test('are removed with all that is in them; those of living ones stay', async () => {
    const gone = abandoned()
    mkdirSync(join(gone, 'code', 'deep'), { recursive: true })
    writeFileSync(join(gone, 'code', 'deep', 'index.js'), 'x')
    const own = makeOwnFolder(parent)
    expect(statSync(own).mode & 0o777).toBe(0o711)
    expect(await remove()).toBe(1)
    expect([gone, own].map((folder) => existsSync(folder))).toEqual([false, true])
    expect(await remove()).toBe(0)
  })

  test('are known although another process has the number by now', async () => {
    const folder = makeOwnFolder(parent)
    rewriteOwner(folder, { startedAt: '1' })
    expect(await remove()).toBe(1)
  })

  test('are known after a restart of the machine, and not told where numbers are those of another container', async () => {
    const elsewhere = makeOwnFolder(parent)
    rewriteOwner(elsewhere, { pidNamespace: 'pid:[1]', pid: 999_999_999 })
    expect(await remove()).toBe(0)
    rewriteOwner(elsewhere, { bootId: 'before' })
    expect(await remove()).toBe(1)
  })

  test('without a word of whose they are stay for an hour', async () => {
    const folder = makeOwnFolder(parent)
    rmSync(join(folder, 'owner.json'))
    expect(await remove()).toBe(0)
    expect(await removeAbandonedFolders(parent, Date.now() + 61 * 60_000)).toBe(1)
  })

  test('are not what a link of their name leads to, nor what others may write to', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'keyturn-outside-'))
    try {
      writeFileSync(join(outside, 'kept'), 'x')
      symlinkSync(outside, join(parent, 'keyturn-functions-linked'))
      writeFileSync(join(parent, 'keyturn-functions-file'), 'x')
      const writable = abandoned()
      chmodSync(writable, 0o777)
      const inside = abandoned()
      symlinkSync(outside, join(inside, 'tmp-linked'))
      expect(await remove()).toBe(1)
      expect([inside, writable].map((folder) => existsSync(folder))).toEqual([false, true])
      expect(existsSync(join(outside, 'kept'))).toBe(true)
      expect(statSync(outside).mode & 0o777).toBe(0o700)
    } finally {
      rmSync(outside, { recursive: true, force: true })
    }
  })

  test.skipIf(!isRoot)('of other users are theirs (needs root)', async () => {
    const folder = abandoned()
    chownSync(folder, strangersUid, strangersUid)
    expect(await remove()).toBe(0)
  })

  test.skipIf(!isRoot)('stay while a function of theirs is still there, who is shut out (needs root)', async () => {
    const folder = abandoned()
    const left = join(folder, 'tmp-left')
    mkdirSync(left)
    chownSync(left, strangersUid, strangersUid)
    const survivor = spawn('sleep', ['60'], { uid: strangersUid, gid: strangersUid, cwd: left, stdio: 'ignore' })
    await once(survivor, 'spawn')
    try {
      expect(await remove()).toBe(0)
      expect(statSync(left)).toMatchObject({ uid: 0, mode: 0o040700 })
    } finally {
      survivor.kill('SIGKILL')
      await once(survivor, 'exit')
    }
    expect(await remove()).toBe(1)
  })
})
