import { expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import { manualClock, settled } from './agent.test-support.ts'
import type { Obtained } from './credentials.ts'
import { KeptCredentials } from './kept-credentials.ts'

function keeping({ lifeSeconds = 3600, random = 0 }: { lifeSeconds?: number; random?: number } = {}) {
  const clock = manualClock()
  const warnings: string[] = []
  const source = {
    name: 'test',
    asked: 0,
    answer: undefined as Obtained | undefined,
    async obtain(): Promise<Obtained> {
      source.asked++
      const accessKeyId = `key ${source.asked}`
      const expiresAt = clock.now() + lifeSeconds * 1000
      return source.answer ?? { credentials: { accessKeyId, secretAccessKey: new Secret('s'), expiresAt } }
    },
  }
  const keeper = new KeptCredentials(source, { clock, random: () => random, warn: (text) => warnings.push(text) })
  const key = async () => {
    const held = await keeper.get()
    return 'credentials' in held ? held.credentials.accessKeyId : held
  }
  return { clock, source, keeper, warnings, key }
}

const away: Obtained = { unavailable: 'ECONNREFUSED' }

test('credentials are kept for most of their life, then renewed behind the caller', async () => {
  const { clock, source, key } = keeping()
  expect(await Promise.all([key(), key()])).toEqual(['key 1', 'key 1'])
  clock.pass(2699)
  expect(await key()).toBe('key 1')
  expect(source.asked).toBe(1)
  clock.pass(1)
  expect(await key()).toBe('key 1')
  await settled()
  expect(await key()).toBe('key 2')
})

test('the moment of renewal is spread', async () => {
  const { clock, source, keeper } = keeping({ random: 1 })
  await keeper.get()
  clock.pass(2519)
  await keeper.tick()
  expect(source.asked).toBe(1)
  clock.pass(1)
  await keeper.tick()
  expect(source.asked).toBe(2)
})

test('while renewal fails, what is good is handed out, and the server is asked ever more seldom', async () => {
  const { clock, source, keeper, warnings, key } = keeping()
  await key()
  source.answer = away
  clock.pass(2700)
  for (let second = 0; second < 899; second++) {
    await keeper.tick()
    expect(await key()).toBe('key 1')
    clock.pass(1)
  }
  expect(source.asked).toBeGreaterThan(10)
  expect(source.asked).toBeLessThan(50)
  expect(warnings[0]).toBe('no new credentials from the test: the server cannot be reached (ECONNREFUSED)')
  clock.pass(1)
  const asked = source.asked
  expect(await key()).toEqual(away)
  expect(await key()).toEqual(away)
  expect(source.asked - asked).toBeLessThan(2)
  source.answer = undefined
  clock.pass(38)
  expect(await key()).toMatch(/^key/)
})

test('credentials that the server does not take any more are not handed out again', async () => {
  const { source, keeper, key } = keeping()
  const held = await keeper.get()
  if ('credentials' in held) keeper.discard(held.credentials)
  source.answer = { refused: { status: 403, code: 'AccessDenied', message: 'no' } }
  expect(await key()).toEqual(source.answer)
})

test('what is discarded late takes nothing newer with it', async () => {
  const { clock, source, keeper, key } = keeping()
  const old = await keeper.get()
  clock.pass(2700)
  await keeper.tick()
  if ('credentials' in old) keeper.discard(old.credentials)
  expect(await key()).toBe('key 2')
  expect(source.asked).toBe(2)
})

test('credentials without an end are obtained once', async () => {
  const { clock, source, key } = keeping()
  source.answer = { credentials: { accessKeyId: 'AKIA', secretAccessKey: new Secret('s') } }
  expect(await key()).toBe('AKIA')
  clock.pass(10 ** 9)
  expect(await key()).toBe('AKIA')
  expect(source.asked).toBe(1)
})
