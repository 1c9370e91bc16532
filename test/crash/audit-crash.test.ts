import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { AuditLog } from '../../src/audit/log.ts'
import { segmentFiles } from '../../src/audit/chain-end.ts'
import { readLine } from '../../src/audit/chain.ts'
import { newSigningKey, signingKey } from '../../src/audit/digest.ts'
import { Outbox } from '../../src/audit/outbox.ts'
import { Segments } from '../../src/audit/segments.ts'
import { verifyChain } from '../../src/audit/verify.ts'
import { childrenOf } from '../../src/store/key.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import { openStore } from '../../src/store/open-store.ts'
import { plainCodec } from './audit-writer.ts'

const root = mkdtempSync(join(tmpdir(), 'keyturn-audit-crash-'))
afterAll(() => rmSync(root, { recursive: true }))

const pem = newSigningKey()
const writer = fileURLToPath(new URL('./audit-writer.ts', import.meta.url))

/** Runs the writer until it has acknowledged `count` records, kills it, and answers all that it acknowledged. */
async function writeAndKill(folder: string, round: number, count: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [writer, folder, `${round}`], {
    env: { ...process.env, SIGNING_KEY: pem },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const acknowledged: string[] = []
  for await (const id of createInterface({ input: child.stdout })) {
    acknowledged.push(id)
    if (acknowledged.length === count) child.kill('SIGKILL')
  }
  return acknowledged
}

test('what was acknowledged before a kill is in the log exactly once, and the chain verifies', async () => {
  const folder = join(root, 'data')
  const acknowledged: string[] = []
  for (let round = 0; round < 8; round++) {
    acknowledged.push(...(await writeAndKill(folder, round, 40 + 37 * round)))
    const asLeft = join(root, `left-${round}`)
    cpSync(join(folder, 'audit'), asLeft, { recursive: true })
    expect(verifyChain(asLeft)).toMatchObject({ ok: true })
  }
  const store = openStore(await openSqlite({ path: join(folder, 'store.sqlite') }), plainCodec)
  const log = new AuditLog(new Segments({ folder: join(folder, 'audit'), key: signingKey(pem), now: Date.now }))
  await new Outbox(store, log, 'chain', (error) => expect.fail(String(error))).recover()
  const left = await store.transaction((tx) => tx.range(...childrenOf('audit', 'outbox'), { limit: 10 }))
  const changed = await store.transaction((tx) => tx.range(...childrenOf('change'), { limit: 10_000 }))
  await log.close()
  await store.close()

  expect(left).toEqual([])
  const ids = segmentFiles(join(folder, 'audit')).flatMap((name) =>
    readFileSync(join(folder, 'audit', name), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => readLine(line)?.id),
  )
  const counts = new Map<string | undefined, number>()
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1)
  expect([...counts.values()].filter((count) => count !== 1)).toEqual([])
  expect(acknowledged.filter((id) => !counts.has(id))).toEqual([])
  expect(acknowledged.length).toBeGreaterThan(1000)
  // Every change that was made, acknowledged or not, is told of.
  const made = changed.map(({ record }) => (record as { id: string }).id)
  expect(made.filter((id) => !counts.has(id))).toEqual([])
  expect(verifyChain(join(folder, 'audit'))).toMatchObject({ ok: true, records: ids.length, unsigned: 0, torn: false })
})
