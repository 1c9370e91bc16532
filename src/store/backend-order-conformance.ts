import { expect, test } from 'vitest'
import type { Backend } from './backend.ts'
import { bytes, high, put, write } from './backend.test-support.ts'
import { type Key, keyOf } from './key.ts'

/** In which order and between which bounds keys are read. */
export function ordering(backend: () => Backend): void {
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
