import { expect, test } from 'vitest'
import type { Backend } from './backend.ts'
import { bytes, put, textOf, write } from './backend.test-support.ts'
import { type Key, keyOf } from './key.ts'

/** What a commit is. */
export function commits(backend: () => Backend): void {
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
