import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AssertionFailure } from '../base/assert.ts'
import { newAes256Key } from '../crypto/aead.ts'
import { keyOf } from '../store/key.ts'
import { Barrier, barrierIsWorn, UnknownTerm } from './barrier.ts'
import { type Keyring, newKeyring, openKeyring, withNewTerm } from './keyring.ts'

/** A barrier over a keyring that others can add terms to. */
function openBarrier() {
  const rootKey = newAes256Key()
  let sealed = newKeyring(rootKey, 1000)
  const open = async (): Promise<Keyring> => openKeyring(rootKey, sealed)
  const rotate = () => {
    sealed = withNewTerm(rootKey, sealed, 2000)
  }
  return {
    barrier: new Barrier(openKeyring(rootKey, sealed), open),
    another: async () => new Barrier(await open(), open),
    rotate,
  }
}

const name = keyOf('secret', 'a')

test('opens what it sealed, and neither the record nor its shape can be seen in it', () => {
  const { barrier } = openBarrier()
  fc.assert(
    fc.property(fc.array(fc.string()), fc.jsonValue(), (segments, value) => {
      const key = keyOf('x', ...segments)
      const record = { value, canary: 'PLAINTEXT-CANARY' }
      const bytes = barrier.encode(key, record)
      expect(barrier.decode(key, bytes)).toEqual(JSON.parse(JSON.stringify(record)))
      expect(Buffer.from(bytes).includes('CANARY')).toBe(false)
    }),
  )
})

test('refuses a value with any byte altered, cut short at any place, or longer', async () => {
  const { barrier } = openBarrier()
  const bytes = barrier.encode(name, { password: 'x' })
  for (let index = 0; index < bytes.length; index++) {
    const altered = Uint8Array.from(bytes)
    altered[index] = (altered[index] as number) ^ 0x80
    expect(() => barrier.decode(name, altered)).toThrow(index >= 1 && index < 5 ? UnknownTerm : AssertionFailure)
    expect(() => barrier.decode(name, bytes.subarray(0, index))).toThrow(AssertionFailure)
  }
  expect(() => barrier.decode(name, Buffer.concat([bytes, Buffer.alloc(1)]))).toThrow(AssertionFailure)
})

test('refuses a value under any other name', () => {
  const { barrier } = openBarrier()
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.string()), (one, two) => {
      const [from, to] = [keyOf('x', ...one), keyOf('x', ...two)]
      fc.pre(from !== to)
      const bytes = barrier.encode(from, { password: 'x' })
      expect(() => barrier.decode(to, bytes)).toThrow(AssertionFailure)
    }),
  )
})

test('refuses a value of another store', () => {
  const bytes = openBarrier().barrier.encode(name, {})
  expect(() => openBarrier().barrier.decode(name, bytes)).toThrow('altered')
})

test('arbitrary bytes are refused without any other exception', () => {
  const { barrier } = openBarrier()
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, formed) => {
      if (formed && bytes.length > 5) bytes.set([1, 0, 0, 0, 1])
      let thrown: unknown
      try {
        barrier.decode(name, bytes)
      } catch (error) {
        thrown = error
      }
      expect(thrown instanceof AssertionFailure || thrown instanceof UnknownTerm).toBe(true)
    }),
  )
})

test('a value under a term that another process began opens after a refresh, and older ones still do', async () => {
  const { barrier, another, rotate } = openBarrier()
  const first = barrier.encode(name, { term: 1 })
  rotate()
  const other = await another()
  const second = other.encode(name, { term: 2 })
  expect(() => barrier.decode(name, second)).toThrow(UnknownTerm)
  expect(barrier.usage).toMatchObject({ term: 1, since: 1000, sealed: 1 })
  await barrier.refresh()
  expect(barrier.decode(name, second)).toEqual({ term: 2 })
  expect(barrier.decode(name, first)).toEqual({ term: 1 })
  expect(other.decode(name, first)).toEqual({ term: 1 })
  expect(barrier.usage).toMatchObject({ term: 2, since: 2000, sealed: 0 })
})

test('a refresh that read earlier and ends later does not take a term back', async () => {
  const rootKey = newAes256Key()
  const one = newKeyring(rootKey, 1000)
  const two = withNewTerm(rootKey, one, 2000)
  const held = Promise.withResolvers<Keyring>()
  const answers = [held.promise, Promise.resolve(openKeyring(rootKey, two))]
  const barrier = new Barrier(openKeyring(rootKey, one), () => answers.shift() as Promise<Keyring>)
  const early = barrier.refresh()
  await barrier.refresh()
  held.resolve(openKeyring(rootKey, one))
  await early
  expect(barrier.usage.term).toBe(2)
})

test('a term is worn when its share of values is sealed or a year has passed', () => {
  const usage = { term: 1, since: 0, sealed: 10, allowance: 11 }
  const year = 365 * 86_400_000
  expect(barrierIsWorn(usage, year - 1)).toBe(false)
  expect(barrierIsWorn(usage, year)).toBe(true)
  expect(barrierIsWorn({ ...usage, sealed: 11 }, 1)).toBe(true)
})

test('the shares that processes draw have the mean and the spread of an exponential distribution', () => {
  const drawn = Array.from({ length: 2000 }, () => openBarrier().barrier.usage.allowance / 2 ** 27)
  const mean = drawn.reduce((sum, share) => sum + share, 0) / drawn.length
  // Six standard deviations of a mean of 2000.
  expect(Math.abs(mean - 1)).toBeLessThan(6 / Math.sqrt(2000))
  expect(Math.max(...drawn)).toBeLessThan(32)
  expect(drawn.every((share) => share > 0)).toBe(true)
})

test('a record that is no JSON data is a mistake that is not stored', () => {
  expect(() => openBarrier().barrier.encode(name, undefined)).toThrow(AssertionFailure)
})
