import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MemoryBackend } from '../store/memory.ts'
import { openStore } from '../store/open-store.ts'
import { openToken, type PageScope, sealToken } from './page-token.ts'

const codec = {
  encode: (_key: string, record: unknown) => Buffer.from(JSON.stringify(record)),
  decode: (_key: string, bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString()),
}

const scope: PageScope = { operation: 'a:List', account: '1', region: 'r', parameters: { Filters: [1] } }

test('a token opens to its state, in a later transaction too', async () => {
  const store = openStore(new MemoryBackend(), codec)
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (state) => {
      const token = await store.transaction((tx) => sealToken(tx, scope, state))
      expect(token).toMatch(/^[A-Za-z0-9_-]+$/)
      const opened = await store.transaction((tx) => openToken(tx, scope, token))
      expect(opened).toEqual({ state: JSON.parse(JSON.stringify(state)) })
    }),
    { numRuns: 50 },
  )
})

test('a token is refused under any other scope', async () => {
  const store = openStore(new MemoryBackend(), codec)
  const token = await store.transaction((tx) => sealToken(tx, scope, ['x']))
  const others: PageScope[] = [
    { ...scope, operation: 'a:Other' },
    { ...scope, account: '2' },
    { ...scope, region: 's' },
    { ...scope, parameters: { Filters: [2] } },
    { operation: 'a:List', account: '1', region: 'r' },
  ]
  for (const other of others) {
    expect(await store.transaction((tx) => openToken(tx, other, token))).toBeUndefined()
  }
})

test('altered tokens and arbitrary text are refused', async () => {
  const store = openStore(new MemoryBackend(), codec)
  const bytes = Buffer.from(await store.transaction((tx) => sealToken(tx, scope, { name: 'x' })), 'base64url')
  for (let at = 0; at < bytes.length; at++) {
    const altered = Buffer.from(bytes)
    altered[at] = (altered[at] as number) ^ 1
    const token = altered.toString('base64url')
    expect(await store.transaction((tx) => openToken(tx, scope, token))).toBeUndefined()
  }
  await fc.assert(
    fc.asyncProperty(fc.string(), async (text) => {
      expect(await store.transaction((tx) => openToken(tx, scope, text))).toBeUndefined()
    }),
  )
})
