import fc from 'fast-check'
import { expect, test } from 'vitest'
import { followLine, Lines, type Link, origin, readLine } from './chain.ts'
import type { AuditRecord } from './record.ts'
import { recordFor } from './record.test-support.ts'

const records = () =>
  fc.array(
    fc
      .record({
        facts: fc.record({
          id: fc.uuid(),
          requestId: fc.string(),
          principal: fc.string({ unit: 'grapheme' }),
          time: fc.integer({ min: 0, max: 4e12 }),
        }),
        requestParameters: fc.object({ maxDepth: 2 }),
      })
      .map(({ facts, requestParameters }) => recordFor(facts, { requestParameters })),
    { minLength: 2, maxLength: 12 },
  )

function chain(given: readonly AuditRecord[]): string[] {
  const lines = new Lines(origin)
  for (const record of given) lines.add(record)
  return lines.bytes.toString('utf8').split('\n').slice(0, -1)
}

/** The number of lines that follow one another from the origin. */
function followed(lines: readonly string[]): number {
  let link: Link | undefined = origin
  for (const [index, line] of lines.entries()) {
    link = followLine(link, line)
    if (!link) return index
  }
  return lines.length
}

test('lines follow one another and read back as the records they were made of', () => {
  fc.assert(
    fc.property(records(), (given) => {
      const lines = chain(given)
      expect(followed(lines)).toBe(lines.length)
      for (const [index, line] of lines.entries()) {
        expect(readLine(line)).toMatchObject({ ...given[index], seq: index + 1 })
      }
    }),
  )
})

test('a line that is altered in any character, taken out, doubled or moved does not follow', () => {
  fc.assert(
    fc.property(records(), fc.nat(), fc.nat(), (given, where, what) => {
      const lines = chain(given)
      const at = where % lines.length
      const line = lines[at] as string
      const position = what % line.length
      const letter = line[position] === 'x' ? 'y' : 'x'
      expect(followed(lines.with(at, line.slice(0, position) + letter + line.slice(position + 1)))).toBeLessThanOrEqual(
        at,
      )
      expect(followed(lines.toSpliced(at, 0, line))).toBe(at + 1)
      if (at === lines.length - 1) return
      expect(followed(lines.toSpliced(at, 1))).toBe(at)
      expect(followed(lines.with(at, lines[at + 1] as string).with(at + 1, line))).toBe(at)
    }),
  )
})

test('a record after another hash is another record, even with the same content', () => {
  const [first = '', second = ''] = chain([record('a'), record('b')])
  const [other = ''] = chain([record('c')])
  expect(followed([first, second])).toBe(2)
  expect(followed([other, second])).toBe(1)
})

test('an event of two lines is a mistake that is not written', () => {
  expect(() => new Lines(origin).add({ ...record('a'), json: '{\n}' })).toThrow('one line')
})

test('text that is no record is told without an exception', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(followLine(origin, text)).toBeUndefined()
      expect(readLine(text)).toBeUndefined()
    }),
    { examples: [['null'], ['{}'], ['[]'], ['{"seq":1,"hash":"']] },
  )
})

function record(id: string): AuditRecord {
  return recordFor({ id })
}

test('lines of any length are whole, whatever was in the buffer before', () => {
  const lines = new Lines(origin)
  for (const length of [10, 300_000, 5_000_000, 20]) {
    const before = lines.link
    lines.restart(before)
    lines.add({ ...record(String(length)), json: JSON.stringify({ text: 'ß'.repeat(length) }) })
    const text = lines.bytes.toString('utf8')
    expect(lines.length).toBe(Buffer.byteLength(text))
    expect(followLine(before, text.slice(0, -1))).toEqual(lines.link)
  }
})
