import { expect, test } from 'vitest'
import type { Backend } from './backend.ts'
import { type OpenedBackend, put, textOf, write } from './backend.test-support.ts'
import { type Key, keyOf } from './key.ts'

async function increment(backend: Backend, key: Key): Promise<void> {
  for (;;) {
    const [found] = await backend.get([key])
    const check = { key, version: found?.version ?? 0 }
    const next = Number(found ? Buffer.from(found.value).toString() : 0) + 1
    if ((await backend.commit([check], [put(key, String(next))])) !== 'conflict') return
  }
}

/** What holds while many commit, in one process and in several. */
export function concurrency(opened: () => OpenedBackend): void {
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
