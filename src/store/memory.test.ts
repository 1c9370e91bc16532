import { expect, test } from 'vitest'
import type { OpenBackend } from './backend.test-support.ts'
import { backendConformance } from './backend-conformance.ts'
import { keyOf } from './key.ts'
import { MemoryBackend } from './memory.ts'
import { storeConformance } from './store-conformance.ts'

const open: OpenBackend = async (options) => {
  const backend = new MemoryBackend(options)
  return { backend, another: async () => backend, close: () => backend.close() }
}

backendConformance('memory', open)
storeConformance('memory', open)

test('a reset empties it, and goes on with higher numbers that tell nothing of what changed', async () => {
  const backend = new MemoryBackend()
  const key = keyOf('a')
  expect(await backend.commit([], [{ key, value: Buffer.from('1') }])).toBe(1)
  backend.reset()
  expect(await backend.get([key])).toEqual([undefined])
  expect(backend.headNow()).toBe(2)
  expect(await backend.changesSince(1)).toEqual({ head: 2, keys: undefined })
  expect(await backend.commit([{ key, version: 0 }], [{ key, value: Buffer.from('2') }])).toBe(3)
})
