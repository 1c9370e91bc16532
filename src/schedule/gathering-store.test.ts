import { expect, test } from 'vitest'
import { keyOf } from '../store/key.ts'
import { MemoryBackend } from '../store/memory.ts'
import { openStore } from '../store/open-store.ts'
import type { Backend } from '../store/backend.ts'
import type { Codec } from '../store/store.ts'
import { gatheringStore } from './gathering-store.ts'

const codec: Codec = {
  encode: (_key, record) => Buffer.from(JSON.stringify(record)),
  decode: (_key, bytes) => JSON.parse(Buffer.from(bytes).toString()) as unknown,
}

/** Counts in which turns of the event loop it was given commits. */
class Turns extends MemoryBackend {
  readonly turns = new Set<number>()
  #turn = 0
  #ended = false

  override async commit(...[checks, writes]: Parameters<Backend['commit']>) {
    if (!this.#ended) {
      this.#ended = true
      setImmediate(() => {
        this.#turn++
        this.#ended = false
      })
    }
    this.turns.add(this.#turn)
    return super.commit(checks, writes)
  }
}

test('transactions that end within a time are committed in one turn', async () => {
  const backend = new Turns()
  const store = gatheringStore(openStore(backend, codec), 20)
  const writing = Array.from({ length: 5 }, (_, index) =>
    store.transaction((tx) => tx.put(keyOf('row', String(index)), { index })),
  )
  await Promise.all(writing)
  expect(backend.turns.size).toBe(1)
  const found = await store.transaction((tx) => tx.get(keyOf('row', '4')))
  expect(found).toEqual({ index: 4 })
  await store.close()
})

test('who only reads does not wait for others', async () => {
  const store = gatheringStore(openStore(new MemoryBackend(), codec), 1_000_000)
  expect(await store.transaction((tx) => tx.get(keyOf('row')))).toBeUndefined()
  await store.close()
})
