import { spawnSync } from 'node:child_process'
import fs, {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { segmentFiles, TrailRefused } from './chain-end.ts'
import { newSigningKey, signingKey } from './digest.ts'
import type { AuditRecord } from './record.ts'
import { recordFor } from './record.test-support.ts'
import { type SegmentOptions, Segments } from './segments.ts'
import { verifyChain } from './verify.ts'

const root = mkdtempSync(join(tmpdir(), 'keyturn-segments-'))
afterAll(() => rmSync(root, { recursive: true }))

const pem = newSigningKey()
let folders = 0

function newFolder(): string {
  return join(root, String(++folders))
}

function openAt(folder: string, options: Partial<SegmentOptions> = {}): Segments {
  return new Segments({ folder, key: signingKey(pem), now: () => 1_700_000_000_000, ...options })
}

function record(id: string, size = 20): AuditRecord {
  return recordFor({ id, requestId: `request ${id}` }, { pad: 'é'.repeat(size) })
}

/** A folder with a chain of three digests over several closed segments and one that is active. */
async function longChain(): Promise<string> {
  const folder = newFolder()
  for (const round of ['a', 'b']) {
    const segments = openAt(folder, { segmentBytes: 2000 })
    for (let index = 0; index < 20; index++) {
      segments.write([record(`${round}${index}`), record(`${round}${index}+`)])
      await segments.sync()
    }
    await segments.close()
  }
  return folder
}

test('a chain over several segments and processes verifies, and only its owner can read it', async () => {
  const folder = await longChain()
  const names = segmentFiles(folder)
  expect(names.length).toBeGreaterThan(3)
  expect(verifyChain(folder)).toMatchObject({ ok: true, records: 80, unsigned: 0, torn: false })
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  for (const name of fs.readdirSync(folder))
    expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, 0o600])
})

test('any altered byte, removed line, swapped line or missing segment of a signed chain is found', async () => {
  const folder = await longChain()
  const names = segmentFiles(folder)
  const name = names[1] as string
  const path = join(folder, name)
  const good = readFileSync(path)
  for (let at = 0; at < good.length; at += 37) {
    const altered = Buffer.from(good)
    altered[at] = (altered[at] as number) ^ 1
    writeFileSync(path, altered)
    expect(verifyChain(folder).ok).toBe(false)
  }
  const lines = good.toString().split('\n').slice(0, -1)
  for (const other of [lines.slice(1), lines.slice(0, -1), lines.toReversed(), [...lines, lines.at(-1)]]) {
    writeFileSync(path, `${other.join('\n')}\n`)
    expect(verifyChain(folder).ok).toBe(false)
  }
  rmSync(path)
  expect(verifyChain(folder).ok).toBe(false)
})

test('a byte that is no UTF-8 in place of the replacement character is found', async () => {
  const folder = newFolder()
  const segments = openAt(folder)
  segments.write([{ ...record('a'), json: '{"text":"\ufffd"}' }])
  await segments.close()
  const path = join(folder, '00000001.jsonl')
  const bytes = readFileSync(path)
  const at = bytes.indexOf('\ufffd')
  writeFileSync(path, Buffer.concat([bytes.subarray(0, at), Buffer.from([0xff]), bytes.subarray(at + 3)]))
  expect(verifyChain(folder).ok).toBe(false)
})

test('an end that was cut off, at a record or within one, is found by what was signed', async () => {
  const folder = await longChain()
  const segments = openAt(folder)
  segments.write([record('c'), record('d')])
  await segments.close()
  const last = join(folder, segmentFiles(folder).at(-1) as string)
  const good = readFileSync(last)
  const oneRecord = good.indexOf(0x0a) + 1
  expect(good.length).toBeGreaterThan(oneRecord)
  for (const size of [0, oneRecord, good.length - 1]) {
    truncateSync(last, size)
    expect(verifyChain(folder)).toMatchObject({ ok: false })
    expect(() => openAt(folder)).toThrow(TrailRefused)
    writeFileSync(last, good)
  }
  expect(verifyChain(folder).ok).toBe(true)
})

test('digests that were forged, altered, taken out or removed are found', async () => {
  const folder = await longChain()
  const path = join(folder, 'digests.log')
  const good = readFileSync(path, 'utf8')
  const lines = good.split('\n').slice(0, -1)
  const forgers = newFolder()
  const forger = openAt(forgers, { key: signingKey(newSigningKey()) })
  forger.write([record('a')])
  await forger.close()
  const forged = readFileSync(join(forgers, 'digests.log'), 'utf8').trimEnd()
  const altered = (lines[0] as string).replace('"seq":', '"seq":1')
  const bad = [[altered, ...lines.slice(1)], lines.slice(1), lines.toSpliced(1, 1), [forged], [...lines, forged], []]
  for (const other of bad) {
    writeFileSync(path, other.map((line) => `${line}\n`).join(''))
    expect(verifyChain(folder).ok).toBe(false)
  }
  writeFileSync(path, good)
  expect(verifyChain(folder).ok).toBe(true)
  expect(verifyChain(folder, readFileSync(join(forgers, 'public-key.pem'), 'utf8')).ok).toBe(false)
  expect(verifyChain(folder, 'no key').ok).toBe(false)
})

test('a write cut short at any byte is taken away, and the chain goes on and verifies', async () => {
  const folder = newFolder()
  const segments = openAt(folder)
  segments.write([record('a'), record('b')])
  await segments.close()
  const whole = newFolder()
  cpSync(folder, whole, { recursive: true })
  const again = openAt(whole)
  again.write([record('c', 3)])
  const path = join(folder, '00000001.jsonl')
  const signed = statSync(path).size
  const full = readFileSync(join(whole, '00000001.jsonl'))
  await again.close()
  for (let size = signed; size < full.length; size++) {
    const torn = newFolder()
    cpSync(folder, torn, { recursive: true })
    appendFileSync(join(torn, '00000001.jsonl'), full.subarray(signed, size))
    expect(verifyChain(torn)).toMatchObject({ ok: true, records: 2, torn: size > signed })
    const resumed = openAt(torn)
    expect(resumed.link.seq).toBe(2)
    resumed.write([record('d')])
    await resumed.close()
    expect(verifyChain(torn)).toMatchObject({ ok: true, records: 3, unsigned: 0, torn: false })
  }
})

test('a torn digest is taken away, and the next one follows the last whole one', async () => {
  const folder = await longChain()
  const path = join(folder, 'digests.log')
  const before = verifyChain(folder)
  appendFileSync(path, readFileSync(path).subarray(0, 100))
  const segments = openAt(folder)
  segments.write([record('next')])
  await segments.close()
  const after = verifyChain(folder)
  expect(before.ok && after.ok && after.digests).toBe(before.ok && before.digests + 1)
})

test('lines behind a part that never reached the disk are set aside', async () => {
  const folder = newFolder()
  const segments = openAt(folder)
  segments.write([record('a')])
  await segments.close()
  const path = join(folder, '00000001.jsonl')
  appendFileSync(path, `${'\0'.repeat(100)}\n{"some":"line"}\n`)
  const resumed = openAt(folder)
  resumed.write([record('b')])
  await resumed.close()
  expect(verifyChain(folder)).toMatchObject({ ok: true, records: 2 })
  expect(readFileSync(`${path}.torn`, 'utf8')).toContain('{"some":"line"}')
})

test('a chain whose unsigned records do not follow is refused, not gone on with', async () => {
  const folder = newFolder()
  const segments = openAt(folder)
  segments.write([record('a')])
  await segments.close()
  const path = join(folder, '00000001.jsonl')
  appendFileSync(path, readFileSync(path))
  expect(() => openAt(folder)).toThrow(/altered.*does not follow/s)
})

test('a trail of another store is refused', async () => {
  const folder = await longChain()
  expect(() => openAt(folder, { key: signingKey(newSigningKey()) })).toThrow(TrailRefused)
})

test('a folder has one writer', async () => {
  const folder = newFolder()
  const segments = openAt(folder)
  expect(() => openAt(folder)).toThrow(/Another process/)
  await segments.close()
  await openAt(folder).close()
})

test('what is closed takes nothing more', async () => {
  const segments = openAt(newFolder())
  segments.write([record('a')])
  await segments.close()
  expect(() => segments.write([record('b')])).toThrow('closed')
  await expect(segments.sync()).rejects.toThrow('closed')
})

test('the ids of the newest records are told, those of earlier processes included', async () => {
  const folder = await longChain()
  const segments = openAt(folder)
  segments.write([record('own')])
  expect(segments.newest().has('own')).toBe(true)
  expect(segments.newest().has('b19+')).toBe(true)
  expect(segments.newest().has('never written')).toBe(false)
  await segments.close()
})

test('a digest is due after its time, with the next write', async () => {
  const folder = newFolder()
  let now = 1_700_000_000_000
  const segments = openAt(folder, { now: () => now, digestEvery: 1000 })
  segments.write([record('a')])
  await segments.sync()
  expect(verifyChain(folder)).toMatchObject({ digests: 0, unsigned: 1 })
  now += 1000
  segments.write([record('b')])
  await expect.poll(() => verifyChain(folder)).toMatchObject({ digests: 1, unsigned: 0 })
  await segments.close()
  expect(verifyChain(folder)).toMatchObject({ digests: 1, unsigned: 0 })
})

/** Lets a function of `node:fs` fail while something runs. */
async function whileFailing(name: 'writeSync' | 'ftruncateSync' | 'fdatasync', fake: unknown, work: () => unknown) {
  const { [name]: real } = fs
  Object.assign(fs, { [name]: fake })
  syncBuiltinESMExports()
  try {
    await work()
  } finally {
    Object.assign(fs, { [name]: real })
    syncBuiltinESMExports()
  }
}

test('a write that fails half-way, and cannot even be taken back at once, leaves nothing', async () => {
  const folder = newFolder()
  const segments = openAt(folder)
  segments.write([record('a')])
  const { writeSync } = fs
  let calls = 0
  const half = (file: number, bytes: Buffer) => {
    if (calls++ > 0) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
    return writeSync(file, bytes, 0, bytes.length >> 1)
  }
  const stuck = () => {
    throw new Error('input/output error')
  }
  await whileFailing('ftruncateSync', stuck, () =>
    whileFailing('writeSync', half, () => expect(() => segments.write([record('b')])).toThrow()),
  )
  expect(verifyChain(folder)).toMatchObject({ ok: true, records: 1, torn: true })
  segments.write([record('d')])
  await segments.close()
  expect(verifyChain(folder)).toMatchObject({ ok: true, records: 2, torn: false })
})

test('after a failed sync no record is taken', async () => {
  const segments = openAt(newFolder())
  segments.write([record('a')])
  const failing = (_file: number, done: (error: Error) => void) => done(new Error('input/output error'))
  await whileFailing('fdatasync', failing, () => expect(segments.sync()).rejects.toThrow('durable'))
  expect(() => segments.write([record('b')])).toThrow('durable')
  await expect(segments.sync()).rejects.toThrow('durable')
  await expect(segments.close()).rejects.toThrow('durable')
})

test('a digest that cannot be written is reported, and tried again', async () => {
  const folder = newFolder()
  const faults: unknown[] = []
  let now = 1_700_000_000_000
  const segments = openAt(folder, { segmentBytes: 10, now: () => now, onFault: (error) => faults.push(error) })
  fs.mkdirSync(join(folder, 'digests.log'))
  segments.write([record('a')])
  await expect.poll(() => faults).toHaveLength(1)
  segments.write([record('b')])
  await segments.sync()
  expect(faults).toHaveLength(1)
  expect(segmentFiles(folder)).toHaveLength(2)
  fs.rmdirSync(join(folder, 'digests.log'))
  now += 1000
  segments.write([record('c')])
  await expect.poll(() => verifyChain(folder)).toMatchObject({ digests: 1, unsigned: 2 })
  segments.write([record('d')])
  expect(segmentFiles(folder)).toHaveLength(3)
  await segments.close()
  expect(verifyChain(folder)).toMatchObject({ ok: true, records: 4, unsigned: 0 })
})

/** Keeps every `fdatasync` from ending while something runs, and lets them end with an answer afterwards. */
async function whileSyncing(work: () => unknown, error?: Error) {
  const held: (() => void)[] = []
  const { fdatasync } = fs
  const holding = (file: number, done: (error?: Error | null) => void) => {
    held.push(() => (error ? done(error) : fdatasync(file, done)))
  }
  await whileFailing('fdatasync', holding, work)
  for (const letGo of held) letGo()
}

test('writes go on in the next segment while one is put on the disk, which is one at a time; sync waits for both', async () => {
  const folder = newFolder()
  const segments = openAt(folder, { segmentBytes: 100 })
  let durable: Promise<void> | undefined
  await whileSyncing(async () => {
    for (const id of ['a', 'b', 'c', 'd']) segments.write([record(id)])
    expect(segmentFiles(folder)).toHaveLength(2)
    durable = segments.sync()
    const first = await Promise.race([
      durable.then(() => 'on the disk'),
      new Promise((resolve) => setImmediate(resolve)),
    ])
    expect(first).toBeUndefined()
    expect(verifyChain(folder)).toMatchObject({ ok: true, records: 4, digests: 0, unsigned: 4 })
  })
  await durable
  await expect.poll(() => verifyChain(folder)).toMatchObject({ ok: true, digests: 1, unsigned: 3 })
  segments.write([record('e')])
  expect(segmentFiles(folder)).toHaveLength(3)
  await segments.close()
  expect(verifyChain(folder)).toMatchObject({ ok: true, records: 5, unsigned: 0, torn: false })
})

test('where a closed segment could not be put on the disk, the next one takes no record either', async () => {
  const segments = openAt(newFolder(), { segmentBytes: 100 })
  let durable: Promise<void> | undefined
  await whileSyncing(() => {
    segments.write([record('a')])
    segments.write([record('b')])
    durable = segments.sync()
  }, new Error('input/output error'))
  await expect(durable).rejects.toThrow('durable')
  expect(() => segments.write([record('c')])).toThrow('durable')
  await expect(segments.sync()).rejects.toThrow('durable')
  await expect(segments.close()).rejects.toThrow('durable')
})

/** A folder as a process leaves it that dies while its first segment waits for the disk, with the lines of both segments. */
async function leftWhileClosing(): Promise<{ folder: string; lines: [readonly string[], readonly string[]] }> {
  const folder = newFolder()
  const left = newFolder()
  const segments = openAt(folder, { segmentBytes: 700 })
  await whileSyncing(() => {
    while (segmentFiles(folder).length < 2) segments.write([record(`a${segments.link.seq}`)])
    for (const id of ['b', 'c', 'd']) segments.write([record(id)])
    cpSync(folder, left, { recursive: true })
  })
  await segments.close()
  const linesIn = (name: string) => readFileSync(join(left, name), 'utf8').split('\n').slice(0, -1)
  return { folder: left, lines: [linesIn('00000001.jsonl'), linesIn('00000002.jsonl')] }
}

test('two segments that were not signed are gone on with, and both are signed with the next record', async () => {
  const { folder, lines } = await leftWhileClosing()
  const left = lines.flat().length
  expect(verifyChain(folder)).toMatchObject({ ok: true, records: left, unsigned: left })
  const segments = openAt(folder, { segmentBytes: 100 })
  segments.write([record('next')])
  expect(segmentFiles(folder)).toHaveLength(2)
  await expect.poll(() => verifyChain(folder)).toMatchObject({ ok: true, records: left + 1, unsigned: 0 })
  await segments.close()
})

test('an end that was not signed is signed where it stands when nothing was written behind it', async () => {
  const { folder, lines } = await leftWhileClosing()
  writeFileSync(join(folder, '00000002.jsonl'), '')
  const records = lines[0].length
  for (const added of [0, 1]) {
    const segments = openAt(folder, { segmentBytes: 700 })
    for (let count = 0; count < added; count++) segments.write([record(`next${count}`)])
    await segments.close()
    expect(verifyChain(folder)).toMatchObject({ ok: true, records: records + added, unsigned: 0, torn: false })
  }
})

test('killed and started again at any moment, a chain goes on with all that was written, and verifies', async () => {
  const life = fc.record({
    segmentBytes: fc.constantFrom(100, 700, 2000),
    steps: fc.array(
      fc.oneof(
        fc.record({ write: fc.integer({ min: 0, max: 3 }) }),
        fc.record({ turns: fc.integer({ min: 1, max: 100 }) }),
      ),
      { maxLength: 20 },
    ),
    closes: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 5 }), async (lives) => {
      const killed: Segments[] = []
      let folder = newFolder()
      for (const { segmentBytes, steps, closes } of lives) {
        const segments = openAt(folder, { segmentBytes, onFault: (error) => expect.fail(String(error)) })
        for (const step of steps) {
          if ('write' in step) segments.write(Array.from({ length: step.write }, (_, index) => record(`${index}`)))
          else for (let turn = 0; turn < step.turns; turn++) await nextTurn()
        }
        const written = { ok: true, records: segments.link.seq, torn: false }
        if (closes) {
          await segments.close()
          expect(verifyChain(folder)).toMatchObject({ ...written, unsigned: 0 })
        } else {
          // What a kill would leave is what stands in the folder now.
          killed.push(segments)
          const left = newFolder()
          cpSync(folder, left, { recursive: true })
          folder = left
          expect(verifyChain(folder)).toMatchObject(written)
        }
      }
      for (const segments of killed) await segments.close()
    }),
    { numRuns: 60 },
  )
})

test('what stands behind a part of a closed segment that never reached the disk is set aside, told of, and the chain goes on', async () => {
  const { folder, lines } = await leftWhileClosing()
  const path = join(folder, '00000001.jsonl')
  const whole = readFileSync(path)
  const lastLine = whole.lastIndexOf(0x0a, whole.length - 2) + 1
  const holed = Buffer.from(whole).fill(0, 100, lastLine - 20)
  const losses: [Buffer, number][] = [
    [whole.subarray(0, whole.length - 10), lines[0].length - 1],
    [whole.subarray(0, lastLine), lines[0].length - 1],
    [Buffer.alloc(0), 0],
    [holed, 0],
  ]
  for (const [bytes, records] of losses) {
    const lossy = newFolder()
    cpSync(folder, lossy, { recursive: true })
    writeFileSync(join(lossy, '00000001.jsonl'), bytes)
    const faults: unknown[] = []
    const segments = openAt(lossy, { onFault: (error) => faults.push(error) })
    expect(segments.link.seq).toBe(records)
    expect(String(faults)).toContain('00000002.jsonl.torn')
    expect(segments.newest().has('b')).toBe(false)
    segments.write([record('next')])
    await segments.close()
    expect(verifyChain(lossy)).toMatchObject({ ok: true, records: records + 1, unsigned: 0, torn: false })
    expect(readFileSync(join(lossy, '00000002.jsonl.torn'), 'utf8')).toBe(lines[1].map((line) => `${line}\n`).join(''))
  }
})

test('a next segment that did not reach the disk whole is gone on with at its end', async () => {
  const { folder, lines } = await leftWhileClosing()
  const path = join(folder, '00000002.jsonl')
  const whole = readFileSync(path)
  const first = lines[0].length
  for (const [bytes, records] of [
    [Buffer.alloc(0), first],
    [Buffer.alloc(whole.length), first],
    [whole.subarray(0, whole.length - 1), first + lines[1].length - 1],
  ] as const) {
    const lossy = newFolder()
    cpSync(folder, lossy, { recursive: true })
    writeFileSync(join(lossy, '00000002.jsonl'), bytes)
    const segments = openAt(lossy)
    expect(segments.link.seq).toBe(records)
    segments.write([record('next')])
    await segments.close()
    expect(verifyChain(lossy)).toMatchObject({ ok: true, records: records + 1, unsigned: 0 })
  }
})

test('a chain is refused where more than the last segment follows a loss, or where the last one says something else', async () => {
  const { folder, lines } = await leftWhileClosing()
  const path = join(folder, '00000002.jsonl')
  const good = readFileSync(path)
  for (const other of [lines[0].slice(-1), [(lines[1][0] as string).replace('é', 'e')]]) {
    writeFileSync(path, other.map((line) => `${line}\n`).join(''))
    expect(() => openAt(folder)).toThrow(TrailRefused)
  }
  writeFileSync(path, good)
  const segments = openAt(folder)
  await segments.close()
  const third = newFolder()
  cpSync(folder, third, { recursive: true })
  rmSync(join(third, 'digests.log'))
  writeFileSync(join(third, '00000003.jsonl'), '')
  expect(verifyChain(third)).toMatchObject({ ok: false, fault: expect.stringContaining('no digest signs its end') })
  truncateSync(join(third, '00000001.jsonl'), 10)
  expect(() => openAt(third)).toThrow(/whole record/)
})

const limited = `
  import { AuditLog } from ${JSON.stringify(new URL('./log.ts', import.meta.url).href)}
  import { Segments } from ${JSON.stringify(new URL('./segments.ts', import.meta.url).href)}
  import { signingKey } from ${JSON.stringify(new URL('./digest.ts', import.meta.url).href)}
  const log = new AuditLog(new Segments({ folder: process.argv[1], key: signingKey(process.argv[2]), now: Date.now }))
  const record = (id, size) => ({ id, requestId: id, principal: '', time: 0, json: JSON.stringify({ pad: 'x'.repeat(size) }) })
  const outcomes = []
  const append = (...records) => log.append(records).then(() => outcomes.push('taken'), ({ code }) => outcomes.push(code))
  await append(record('a', 4000))
  await append(record('b', 20), record('c', 8000))
  await append(record('d', 20))
  await append(record('e', 5000))
  await append(record('f', 20))
  await log.close()
  console.log(JSON.stringify(outcomes))
`

test('a full disk refuses records whole, and takes those that fit', () => {
  const folder = newFolder()
  // No file may grow beyond 8 KiB: the kernel writes up to there, and refuses the rest.
  const script = 'ulimit -f 8; exec "$0" --input-type=module -e "$1" "$2" "$3"'
  const { stdout, stderr } = spawnSync('bash', ['-c', script, process.execPath, limited, folder, pem], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual(['taken', 'EFBIG', 'taken', 'EFBIG', 'taken'])
  expect(verifyChain(folder)).toMatchObject({ ok: true, records: 3, unsigned: 0, torn: false })
  expect(existsSync(join(folder, '00000001.jsonl.torn'))).toBe(false)
})
