import { expect, test } from 'vitest'
import { type OpenBackend, put, write } from './backend.test-support.ts'
import { keyOf } from './key.ts'

/** What is learnt of the commits of others. */
export function changes(open: OpenBackend): void {
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
