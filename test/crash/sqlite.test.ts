import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { childrenOf, segmentsOf } from '../../src/store/key.ts'
import { openSqlite } from '../../src/store/sqlite.ts'

const script = fileURLToPath(new URL('./sqlite-writer-process.ts', import.meta.url))
const rounds = 8
const writers = 8

/** Runs a writer until it has answered this many commits and then kills it where it is; answers what it had said. */
async function killedAfter(commits: number, path: string, run: string): Promise<readonly string[]> {
  const child: ChildProcess = spawn(process.execPath, [script, path, run, String(writers)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  let lines = 0
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    for (const byte of chunk) if (byte === 0x0a) lines++
    if (lines >= commits) child.kill('SIGKILL')
  })
  const signal = await new Promise((resolve) => child.once('close', (_code, by) => resolve(by)))
  expect({ signal, errors }).toEqual({ signal: 'SIGKILL', errors: '' })
  // What follows the last line end was cut off by the kill.
  return output.split('\n').slice(0, -1)
}

interface Survivors {
  readonly pairs: ReadonlyMap<string, ReadonlySet<string>>
  readonly counted: number
  readonly head: number
}

async function survivors(path: string): Promise<Survivors> {
  const backend = await openSqlite({ path })
  const limit = 1_000_000
  const pairs = new Map<string, Set<string>>()
  for (const { key, value } of await backend.range(...childrenOf('pair'), { limit })) {
    const [, name = '', half = ''] = segmentsOf(key)
    expect(JSON.parse(Buffer.from(value).toString())).toMatchObject({ name })
    pairs.set(name, (pairs.get(name) ?? new Set()).add(half))
  }
  let counted = 0
  for (const { value } of await backend.range(...childrenOf('count'), { limit })) {
    counted += (JSON.parse(Buffer.from(value).toString()) as { count: number }).count
  }
  const head = await backend.head()
  await backend.close()
  return { pairs, counted, head }
}

function expectWhole(path: string): void {
  const database = new DatabaseSync(path)
  expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  database.close()
}

/** Everything that was answered is there, no commit is there in part, and all of them are counted. */
function expectKept({ pairs, counted, head }: Survivors, answered: readonly string[]): void {
  expect(answered.filter((name) => !pairs.has(name))).toEqual([])
  for (const halves of pairs.values()) expect(halves).toEqual(new Set(['a', 'b']))
  expect([counted, head]).toEqual([pairs.size, pairs.size])
}

function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-crash-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'store.db')
}

test('killed again and again while it writes, a store keeps every commit it answered and tears none', async () => {
  const path = temporaryFile()
  const answered: string[] = []
  for (let round = 0; round < rounds; round++) {
    answered.push(...(await killedAfter(100 + 37 * round, path, `round${round}`)))
    expectKept(await survivors(path), answered)
    expectWhole(path)
  }
  expect(answered.length).toBeGreaterThan(1000)
})

test('two processes that write one file and are both killed keep what either answered', async () => {
  const path = temporaryFile()
  const answered = await Promise.all([killedAfter(150, path, 'left'), killedAfter(400, path, 'right')])
  expectKept(await survivors(path), answered.flat())
  expectWhole(path)
})
