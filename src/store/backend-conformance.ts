import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Backend, Changes, Write } from './backend.ts'
import { behavesAsItsModel, believesSince } from './backend-model-conformance.ts'
import { type Key, keyOf } from './key.ts'

/** Fresh, empty data and ways to reach it. */
export interface OpenedBackend {
  readonly backend: Backend
  /** One more backend over the same data, as another process would have it. */
  another(options?: OpenBackendOptions): Promise<Backend>
  /** Closes everything and removes the data. */
  close(): Promise<void>
}

export interface OpenBackendOptions {
  /** How many commits `changesSince` reaches back, at least; a few times as many at most. */
  readonly keptChanges?: number
}

export type OpenBackend = (options?: OpenBackendOptions) => Promise<OpenedBackend>

const bytes = (text: string): Buffer => Buffer.from(text)
const put = (key: Key, text: string): Write => ({ key, value: bytes(text) })
const low = '' as Key
const high = '\u007f' as Key

/** Commits without checks, which must succeed. */
async function write(backend: Backend, ...writes: readonly Write[]): Promise<number> {
  const outcome = await backend.commit([], writes)
  if (outcome === 'conflict') throw new Error('a commit without checks conflicted')
  return outcome
}

async function textOf(backend: Backend, key: Key): Promise<string | undefined> {
  const [found] = await backend.get([key])
  return found && Buffer.from(found.value).toString()
}

/** What every engine under the store promises. */
export function backendConformance(name: string, open: OpenBackend): void {
  describe(`${name} as a backend`, () => {
    let opened: OpenedBackend
    let backend: Backend
    beforeAll(async () => {
      opened = await open()
      ;({ backend } = opened)
    })
    afterAll(() => opened.close())

    commits(() => backend)
    ordering(() => backend)
    concurrency(() => opened)
  })
  describe(`${name} beginning empty`, () => {
    startsEmpty(open)
    changes(open)
    behavesAsItsModel(open)
    believesSince(open)
  })
}

function commits(backend: () => Backend): void {
  test('a value comes back byte for byte, with the number of its commit', async () => {
    const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    const large = Buffer.alloc(1_000_000, 'large')
    const key = (last: string): Key => keyOf('bytes', last)
    const values = [Buffer.alloc(0), every, large, Buffer.from('of a pool').subarray(3)]
    const number = await write(backend(), ...values.map((value, index) => ({ key: key(String(index)), value })))
    const found = await backend().get([key('0'), key('1'), key('2'), key('3'), key('absent')])
    expect(found.map((entry) => entry?.version)).toEqual([number, number, number, number, undefined])
    for (const [index, value] of values.entries()) {
      expect(Buffer.compare(found[index]?.value ?? bytes('absent'), value)).toBe(0)
    }
  })

  test('a commit whose check fails writes nothing', async () => {
    const [a, b] = [keyOf('check', 'a'), keyOf('check', 'b')]
    const first = await write(backend(), put(a, 'one'))
    expect(await backend().commit([{ key: a, version: first + 1 }], [put(a, 'two'), put(b, 'two')])).toBe('conflict')
    expect(await backend().commit([{ key: a, version: 0 }], [put(b, 'two')])).toBe('conflict')
    const oneGoodOneBad = [
      { key: a, version: first },
      { key: b, version: first },
    ]
    expect(await backend().commit(oneGoodOneBad, [put(b, 'two')])).toBe('conflict')
    expect([await textOf(backend(), a), await textOf(backend(), b)]).toEqual(['one', undefined])
  })

  test('version 0 checks that a key is absent, also after it was deleted', async () => {
    const key = keyOf('absent')
    const made = await backend().commit([{ key, version: 0 }], [put(key, 'made')])
    expect(made).toBeGreaterThan(0)
    expect(await backend().commit([{ key, version: 0 }], [put(key, 'again')])).toBe('conflict')
    await write(backend(), { key, value: undefined })
    expect(await textOf(backend(), key)).toBeUndefined()
    expect(await backend().commit([{ key, version: made as number }], [put(key, 'stale')])).toBe('conflict')
    expect(await backend().commit([{ key, version: 0 }], [put(key, 'again')])).toBeGreaterThan(made as number)
  })

  test('deleting what is not there is a commit like any other', async () => {
    const before = await backend().head()
    expect(await write(backend(), { key: keyOf('never', 'there'), value: undefined })).toBe(before + 1)
    expect(await write(backend())).toBe(before + 2)
  })
}

function ordering(backend: () => Backend): void {
  const texts = [
    '!',
    '"',
    '$',
    "'",
    '%',
    '(',
    '*',
    '-',
    '0',
    'A',
    'Z',
    '[',
    '\\',
    '_',
    '`',
    'a',
    'z',
    '{',
    '~',
    'é',
    '\n',
  ]
  const keys = texts.flatMap((text) => [
    keyOf('order', text),
    keyOf('order', text, 'child'),
    keyOf('order', `${text}x`),
  ])

  test('a range is in the order of the bytes of its keys, whatever the characters', async () => {
    await write(backend(), ...keys.map((key) => put(key, key)))
    const from = keyOf('order')
    const found = await backend().range(from, high, { limit: keys.length })
    const sorted = keys.toSorted((a, b) => Buffer.compare(bytes(a), bytes(b)))
    expect(found.map(({ key }) => key)).toEqual(sorted)
    expect(await backend().keys(from, high, { limit: keys.length })).toEqual(sorted)
    for (const [index, key] of sorted.entries()) {
      expect((await backend().range(key, high, { limit: 1 }))[0]?.key).toBe(key)
      expect((await backend().range(from, key, { limit: 1, reverse: true }))[0]?.key).toBe(sorted[index - 1])
    }
  })

  test('a range ends before its upper bound and at its limit, from either side', async () => {
    const key = (number: number): Key => keyOf('bounds', String(number))
    await write(backend(), ...[1, 2, 3, 4, 5].map((number) => put(key(number), String(number))))
    const numbers = async (from: number, to: number, limit: number, reverse: boolean): Promise<string> =>
      (await backend().range(key(from), key(to), { limit, reverse })).map(({ value }) => Buffer.from(value)).join('')
    expect(await numbers(2, 5, 10, false)).toBe('234')
    expect(await numbers(2, 5, 10, true)).toBe('432')
    expect(await numbers(2, 5, 2, false)).toBe('23')
    expect(await numbers(2, 5, 2, true)).toBe('43')
    expect(await numbers(3, 3, 10, false)).toBe('')
    expect(await numbers(4, 2, 10, true)).toBe('')
  })
}

async function increment(backend: Backend, key: Key): Promise<void> {
  for (;;) {
    const [found] = await backend.get([key])
    const check = { key, version: found?.version ?? 0 }
    const next = Number(found ? Buffer.from(found.value).toString() : 0) + 1
    if ((await backend.commit([check], [put(key, String(next))])) !== 'conflict') return
  }
}

function concurrency(opened: () => OpenedBackend): void {
  test('commits asked for at once get numbers without a gap, in the order in which they took effect', async () => {
    const { backend } = opened()
    const before = await backend.head()
    const key = keyOf('many')
    const numbers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => write(backend, put(key, String(index)))),
    )
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, index) => before + 1 + index))
    expect(await backend.head()).toBe(before + 200)
    expect(await textOf(backend, key)).toBe(String(numbers.indexOf(before + 200)))
  })

  test('commits asked for at once are each judged by their own checks and make their own writes', async () => {
    const { backend } = opened()
    const keys = Array.from({ length: 30 }, (_, index) => keyOf('apart', String(index)))
    const versions = await Promise.all(keys.map((key) => write(backend, put(key, 'before'))))
    const outcomes = await Promise.all(
      keys.map((key, index) => {
        const version = (versions[index] as number) + (index % 3 === 1 ? 1 : 0)
        const checks =
          index % 3 === 2
            ? []
            : [
                { key, version },
                { key: keyOf('apart', 'none'), version: 0 },
              ]
        const other = keyOf('apart', `${index} too`)
        return backend.commit(checks, [
          put(other, key),
          index % 2 ? put(key, `after ${index}`) : { key, value: undefined },
        ])
      }),
    )
    for (const [index, key] of keys.entries()) {
      const conflict = index % 3 === 1
      expect(outcomes[index] === 'conflict').toBe(conflict)
      expect(await textOf(backend, key)).toBe(conflict ? 'before' : index % 2 ? `after ${index}` : undefined)
      expect(await textOf(backend, keyOf('apart', `${index} too`))).toBe(conflict ? undefined : key)
    }
  })

  test('of commits that check the same version exactly one is made, also across processes', async () => {
    const { backend } = opened()
    const other = await opened().another()
    const key = keyOf('race')
    for (let round = 0; round < 10; round++) {
      const version = (await backend.get([key]))[0]?.version ?? 0
      const commits = Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? backend : other).commit([{ key, version }], [put(key, String(index))]),
      )
      const outcomes = await Promise.all(commits)
      expect(outcomes.filter((outcome) => outcome !== 'conflict')).toHaveLength(1)
      expect(await textOf(other, key)).toBe(String(outcomes.findIndex((outcome) => outcome !== 'conflict')))
    }
  })

  test('no increment is lost among many writers and two processes', async () => {
    const { backend } = opened()
    const other = await opened().another()
    const key = keyOf('counter')
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let count = 0; count < 25; count++) await increment(writer % 2 ? backend : other, key)
    })
    await Promise.all(writers)
    expect(await textOf(backend, key)).toBe('200')
  })

  test('a commit of one process is seen by the next read of another', async () => {
    const { backend } = opened()
    const other = await opened().another()
    const key = keyOf('seen')
    for (let round = 0; round < 20; round++) {
      const number = await write(round % 2 ? backend : other, put(key, String(round)))
      const reader = round % 2 ? other : backend
      expect(await reader.head()).toBe(number)
      expect(reader.headNow?.() ?? number).toBe(number)
      expect(await textOf(reader, key)).toBe(String(round))
    }
  })
}

function startsEmpty(open: OpenBackend): void {
  test('begins at 0 with nothing', async () => {
    const opened = await open()
    expect(await opened.backend.head()).toBe(0)
    expect(await opened.backend.changesSince(0)).toEqual({ head: 0, keys: [] } satisfies Changes)
    expect(await opened.backend.range(low, high, { limit: 10 })).toEqual([])
    expect(await write(opened.backend, put(keyOf('first'), ''))).toBe(1)
    await opened.close()
  })

  test('closing twice is closing once, and what was asked for before is done', async () => {
    const opened = await open()
    const asked = Array.from({ length: 10 }, (_, index) => write(opened.backend, put(keyOf(String(index)), '')))
    const closed = opened.backend.close()
    expect(await Promise.all(asked)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    await closed
    await opened.backend.close()
    await opened.close()
  })
}

function changes(open: OpenBackend): void {
  test('names every key written after a number, deleted ones too, until it is pruned', async () => {
    const kept = 20
    const opened = await open({ keptChanges: kept })
    const reader = await opened.another()
    for (let number = 1; number <= 5 * kept; number++) {
      const key = keyOf('changed', String(number))
      await write(opened.backend, put(key, ''), { key: keyOf('gone'), value: undefined })
      for (const back of [0, 1, 3, kept]) {
        if (back > number) continue
        const { head, keys } = await reader.changesSince(number - back)
        expect(head).toBe(number)
        const expected = Array.from({ length: back }, (_, index) => keyOf('changed', String(number - index)))
        expect(new Set(keys)).toEqual(new Set(back > 0 ? [keyOf('gone'), ...expected] : []))
      }
    }
    expect(await reader.changesSince(0)).toEqual({ head: 5 * kept, keys: undefined })
    await opened.close()
  })

  test('what a process with a shorter memory of changes has pruned is not guessed', async () => {
    const opened = await open({ keptChanges: 2 })
    const reader = await opened.another({ keptChanges: 1000 })
    for (let number = 1; number <= 20; number++) await write(opened.backend, put(keyOf(String(number)), ''))
    expect(await reader.changesSince(10)).toEqual({ head: 20, keys: undefined })
    expect(await reader.changesSince(18)).toEqual({ head: 20, keys: [keyOf('19'), keyOf('20')] })
    await opened.close()
  })
}
