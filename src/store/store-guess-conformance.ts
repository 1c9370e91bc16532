import { expect, test } from 'vitest'
import { type Key, keyOf } from './key.ts'
import type { Store } from './store.ts'
import type { Stores } from './store-conformance.ts'

/** What holds of keys that are taken for absent. */
export function guesses(stores: Stores): void {
  test('who takes a key for absent is right in the end, whether it writes, only reads or throws', async () => {
    const key = keyOf('guess', 'there')
    await stores()[0].transaction(async (tx) => tx.put(key, 'there'))
    for (const store of [stores()[1], stores()[0]]) {
      const attempts = { writes: 0, reads: 0, throws: 0 }
      const writes = store.transaction(async (tx) => {
        attempts.writes++
        const absent = await tx.isAbsent(key)
        tx.put(keyOf('guess', 'written'), absent)
        return [absent, await tx.get(key)]
      })
      expect(await writes).toEqual([false, 'there'])
      const absent = keyOf('guess', 'absent', String(attempts.writes))
      const reads = store.transaction(async (tx) => {
        attempts.reads++
        return [await tx.isAbsent(absent), await tx.isAbsent(key), await tx.get(key), await tx.get(absent)]
      })
      expect(await reads).toEqual([true, false, 'there', undefined])
      const throws = store.transaction(async (tx) => {
        attempts.throws++
        if (await tx.isAbsent(keyOf('guess', 'nothing'))) throw new Error((await tx.get('none' as Key)) ?? 'absent')
      })
      await expect(throws).rejects.toThrow('absent')
      expect(await store.transaction((tx) => tx.get(keyOf('guess', 'written')))).toBe(false)
      expect(Math.max(...Object.values(attempts))).toBeLessThanOrEqual(2)
    }
  })

  test('of many who make what was absent, in two processes, one does', async () => {
    const key = keyOf('guess', 'made')
    const makers = Array.from({ length: 20 }, (_, index) => {
      return (stores()[index % 2] as Store).transaction(async (tx) => {
        if (!(await tx.isAbsent(key))) return false
        tx.put(key, index)
        return (await tx.isAbsent(key)) ? 'not put' : true
      })
    })
    expect((await Promise.all(makers)).filter(Boolean)).toEqual([true])
    const again = stores()[0].transaction(async (tx) => {
      tx.delete(key)
      return tx.isAbsent(key)
    })
    expect(await again).toBe(true)
  })
}
