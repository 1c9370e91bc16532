import { expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import { manualClock, settled } from './agent.test-support.ts'
import { type Fetched, ValueCache } from './value-cache.ts'

/** A cache before a server that counts what it is asked, and answers what a test tells it to. */
function caching(options: { readonly ttlSeconds?: number; readonly entries?: number } = {}) {
  const clock = manualClock()
  const { ttlSeconds = 300, entries = 10 } = options
  const cache = new ValueCache({
    clock,
    random: () => 0.5,
    ttlMs: ttlSeconds * 1000,
    staleMs: 3_600_000,
    entries,
  })
  const server = {
    asked: 0,
    answer: undefined as Fetched | undefined,
    held: undefined as Promise<void> | undefined,
    fetch: async (): Promise<Fetched> => {
      const count = ++server.asked
      const { answer } = server
      await server.held
      return answer ?? { value: new Secret(`value ${count}`) }
    },
  }
  return {
    clock,
    cache,
    server,
    get: async (key = 'a') => shown(await cache.get(key, server.fetch)),
    refresh: async (key = 'a') => shown(await cache.refresh(key, server.fetch)),
  }
}

function shown(fetched: Fetched): unknown {
  return 'value' in fetched ? fetched.value.reveal() : 'refused' in fetched ? fetched.refused.code : fetched.unavailable
}

const away: Fetched = { unavailable: 'ECONNREFUSED' }
const denied: Fetched = { refused: { status: 400, code: 'AccessDeniedException', message: '' } }

test('a value is fetched once while it is fresh', async () => {
  const { clock, server, get } = caching()
  expect(await get()).toBe('value 1')
  clock.pass(239)
  expect(await get()).toBe('value 1')
  expect(server.asked).toBe(1)
})

test('many callers cause one request', async () => {
  const { server, get } = caching()
  const { promise, resolve } = Promise.withResolvers<void>()
  server.held = promise
  const all = Promise.all(Array.from({ length: 500 }, () => get()))
  resolve()
  expect(new Set(await all)).toEqual(new Set(['value 1']))
  expect(server.asked).toBe(1)
})

test('a value in use is fetched anew before it is too old, and served meanwhile', async () => {
  const { clock, server, get } = caching()
  await get()
  clock.pass(260)
  expect(await get()).toBe('value 1')
  await settled()
  expect(server.asked).toBe(2)
  expect(await get()).toBe('value 2')
})

test('the timer fetches what was asked for since, lets go what was not, and forgets it in the end', async () => {
  const { clock, cache, server, get } = caching()
  await get('used')
  await get('unused')
  clock.pass(100)
  await get('used')
  clock.pass(165)
  await cache.tick()
  expect(server.asked).toBe(3)
  clock.pass(270)
  await cache.tick()
  expect(server.asked).toBe(3)
  expect(cache.size).toBe(2)
  clock.pass(3_640)
  await cache.tick()
  expect(cache.size).toBe(0)
})

test('a value that is too old is not served while the server answers', async () => {
  const { clock, server, get } = caching()
  await get()
  clock.pass(300)
  expect(await get()).toBe('value 2')
  expect(server.asked).toBe(2)
})

test('while the server is away, the old value is served as long as was said, without asking each time', async () => {
  const { clock, server, get } = caching()
  await get()
  server.answer = away
  clock.pass(301)
  for (let count = 0; count < 50; count++) expect(await get()).toBe('value 1')
  expect(server.asked).toBe(2)
  clock.pass(40)
  expect(await get()).toBe('value 1')
  expect(server.asked).toBe(3)
  clock.pass(3_600)
  expect(await get()).toBe('ECONNREFUSED')
  server.answer = undefined
  clock.pass(31)
  expect(await get()).toBe('value 5')
})

test('what the server refuses is forgotten at once', async () => {
  const { clock, cache, server, get } = caching()
  await get()
  server.answer = denied
  clock.pass(260)
  expect(await get()).toBe('value 1')
  await settled()
  expect(await get()).toBe('AccessDeniedException')
  expect(cache.size).toBe(0)
  server.answer = away
  expect(await get()).toBe('ECONNREFUSED')
})

test('a refresh does not take what began to be fetched before it, and many refreshes share one request', async () => {
  const { server, get, refresh } = caching()
  const { promise, resolve } = Promise.withResolvers<void>()
  server.held = promise
  const before = get()
  const after = [refresh(), refresh()]
  resolve()
  expect(await before).toBe('value 1')
  expect(await Promise.all(after)).toEqual(['value 2', 'value 2'])
  server.answer = away
  expect(await refresh()).toBe('ECONNREFUSED')
  expect(await get()).toBe('value 2')
})

test('the least recently used value leaves first', async () => {
  const { cache, server, get } = caching({ entries: 2 })
  await get('a')
  await get('b')
  await get('a')
  await get('c')
  expect(cache.size).toBe(2)
  expect(server.asked).toBe(3)
  await get('a')
  expect(server.asked).toBe(3)
  await get('b')
  expect(server.asked).toBe(4)
})

test('with no time to live nothing is kept', async () => {
  const { cache, get } = caching({ ttlSeconds: 0 })
  expect(await get()).toBe('value 1')
  expect(await get()).toBe('value 2')
  expect(cache.size).toBe(0)
})
