import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { segmentFiles } from './chain-end.ts'
import { newSigningKey, signingKey } from './digest.ts'
import { findRecords } from './find.ts'
import type { AuditRecord } from './record.ts'
import { recordFor } from './record.test-support.ts'
import { Segments } from './segments.ts'

const root = mkdtempSync(join(tmpdir(), 'keyturn-find-'))
const folder = join(root, 'chain')
const start = Date.UTC(2026, 0, 1)
const records: AuditRecord[] = Array.from({ length: 500 }, (_, index) =>
  recordFor(
    {
      id: `id-${index}`,
      requestId: `request-${index >> 1}`,
      principal: index % 7 === 0 ? '' : `principal "${index % 7}"`,
      time: start + index * 60_000,
    },
    { pad: 'x'.repeat(index * 13) },
  ),
)

beforeAll(async () => {
  const segments = new Segments({ folder, key: signingKey(newSigningKey()), now: () => 0, segmentBytes: 400_000 })
  for (const record of records) {
    segments.write([record])
    await segments.sync()
  }
  await segments.close()
})
afterAll(() => rmSync(root, { recursive: true }))

/** What a search must answer: by looking at every record. */
function expected(wanted: (record: AuditRecord, index: number) => boolean, limit: number): string[] {
  return records
    .filter(wanted)
    .reverse()
    .slice(0, limit)
    .map(({ id }) => id)
}

async function found(query: Parameters<typeof findRecords>[1]): Promise<string[]> {
  return (await findRecords(folder, query)).map(({ id }) => id)
}

test('finds every request, in closed segments and the active one', async () => {
  expect(segmentFiles(folder).length).toBeGreaterThan(3)
  for (let index = 0; index < 250; index += 3) {
    expect(await found({ requestId: `request-${index}`, limit: 10 })).toEqual([
      `id-${2 * index + 1}`,
      `id-${2 * index}`,
    ])
  }
  expect(await found({ requestId: 'request-250', limit: 10 })).toEqual([])
})

test('finds a principal’s newest records, between two moments where asked', async () => {
  for (const principal of ['', 'principal "3"', 'nobody']) {
    const own = (record: AuditRecord) => record.principal === principal
    for (const limit of [1, 20, 1000]) expect(await found({ principal, limit })).toEqual(expected(own, limit))
    const [from, to] = [start + 100 * 60_000, start + 300 * 60_000]
    const between = (record: AuditRecord, index: number) => own(record) && index >= 100 && index <= 300
    expect(await found({ principal, from, to, limit: 1000 })).toEqual(expected(between, 1000))
    expect(await found({ principal, from, limit: 5 })).toEqual(
      expected((record, index) => own(record) && index >= 100, 5),
    )
    expect(await found({ principal, to, limit: 5 })).toEqual(
      expected((record, index) => own(record) && index <= 300, 5),
    )
  }
})

test('every closed segment has an index for its owner only, made when the segment was closed', () => {
  for (const name of segmentFiles(folder).slice(0, -1)) {
    expect(statSync(join(folder, name.replace('.jsonl', '.index'))).mode & 0o777).toBe(0o600)
  }
  const active = segmentFiles(folder).at(-1) as string
  expect(existsSync(join(folder, active.replace('.jsonl', '.index')))).toBe(false)
})

test('an index that is missing, cut short or of another segment is made anew', async () => {
  const path = join(folder, '00000001.index')
  const good = readFileSync(path)
  const answer = ['id-21', 'id-20']
  rmSync(path)
  expect(await found({ requestId: 'request-10', limit: 10 })).toEqual(answer)
  expect(readFileSync(path)).toEqual(good)
  for (const size of [0, 7, 39, good.length - 1]) {
    truncateSync(path, size)
    expect(await found({ requestId: 'request-10', limit: 10 })).toEqual(answer)
    expect(readFileSync(path)).toEqual(good)
  }
  writeFileSync(path, readFileSync(join(folder, '00000002.index')))
  expect(await found({ requestId: 'request-10', limit: 10 })).toEqual(answer)
  expect(readFileSync(path)).toEqual(good)
})

test('an index that lies makes no record up', async () => {
  const path = join(folder, '00000001.index')
  const good = readFileSync(path)
  const words = new BigUint64Array(good.buffer.slice(good.byteOffset, good.byteOffset + good.length))
  for (let index = 5; index < words.length; index++) words[index] = (words[index] as bigint) ^ 5n
  writeFileSync(path, new Uint8Array(words.buffer))
  const answer = await findRecords(folder, { principal: 'principal "3"', limit: 1000 })
  expect(answer.every(({ principal, id }) => principal === 'principal "3"' && id.startsWith('id-'))).toBe(true)
  writeFileSync(path, good)
})

test('concurrent searches that make the same index do not disturb each other', async () => {
  for (const name of segmentFiles(folder).slice(0, -1)) rmSync(join(folder, name.replace('.jsonl', '.index')))
  const answers = await Promise.all(Array.from({ length: 8 }, () => found({ principal: '', limit: 1000 })))
  for (const answer of answers) expect(answer).toEqual(expected(({ principal }) => principal === '', 1000))
})
