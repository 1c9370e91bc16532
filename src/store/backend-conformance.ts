import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Backend, Changes } from './backend.ts'
import { high, low, type OpenBackend, type OpenedBackend, put, write } from './backend.test-support.ts'
import { changes } from './backend-change-conformance.ts'
import { commits } from './backend-commit-conformance.ts'
import { concurrency } from './backend-concurrency-conformance.ts'
import { behavesAsItsModel, believesSince } from './backend-model-conformance.ts'
import { ordering } from './backend-order-conformance.ts'
import { keyOf } from './key.ts'

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
