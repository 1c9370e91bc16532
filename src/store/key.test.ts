import fc from 'fast-check'
import { expect, test } from 'vitest'
import { after, childrenOf, childrenWithPrefix, type Key, keyOf, segmentsOf } from './key.ts'

/** Any UTF-16, halves of surrogate pairs included. */
const segment = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\ud800', '%', '%uD800', '\ufffd', ''),
)
const lone = fc.array(fc.nat({ max: 0xffff }), { maxLength: 6 }).map((codes) => String.fromCharCode(...codes))
const segments = fc.array(fc.oneof(segment, lone), { minLength: 1, maxLength: 4 })

const inside = (key: Key, [from, to]: readonly [Key, Key]): boolean => key >= from && key < to

test('segments come back from their key', () => {
  const property = fc.property(segments, (list) => {
    expect(segmentsOf(keyOf(...list))).toEqual(list)
  })
  fc.assert(property, { numRuns: 1000 })
})

test('a key is printable ASCII and separators', () => {
  const property = fc.property(segments, (list) => {
    for (const byte of Buffer.from(keyOf(...list))) expect(byte).toSatisfy(() => byte >= 0x1f && byte <= 0x7e)
  })
  fc.assert(property)
  expect(keyOf('sm/secret', 'prod/db "main"')).toBe('sm/secret\u001fprod/db "main"')
  expect(keyOf('é', '100%', '\n')).toBe('%C3%A9\u001f100%25\u001f%0A')
})

test('the children of a key are exactly the keys with its segments and more', () => {
  const property = fc.property(segments, segments, (parent, other) => {
    const bounds = childrenOf(...parent)
    const isChild = other.length > parent.length && parent.every((text, index) => text === other[index])
    expect(inside(keyOf(...other), bounds)).toBe(isChild)
    expect(inside(keyOf(...parent, ...other), bounds)).toBe(true)
    expect(inside(keyOf(...parent), bounds)).toBe(false)
  })
  fc.assert(property, { numRuns: 1000 })
})

test('children with a prefix are exactly those whose next segment begins with it', () => {
  const whole = fc.string({ unit: 'grapheme' })
  const property = fc.property(
    segment,
    whole,
    whole,
    fc.array(segment, { maxLength: 2 }),
    (parent, prefix, next, more) => {
      const bounds = childrenWithPrefix(prefix, parent)
      expect(inside(keyOf(parent, prefix + next, ...more), bounds)).toBe(true)
      expect(inside(keyOf(parent, next, ...more), bounds)).toBe(next.startsWith(prefix))
      expect(inside(keyOf(parent), bounds)).toBe(false)
    },
  )
  fc.assert(property, { numRuns: 1000 })
})

test('nothing lies between a key and what comes after it, and its children lie beyond', () => {
  const property = fc.property(segments, segments, (list, other) => {
    const [key, next, third] = [keyOf(...list), after(keyOf(...list)), keyOf(...other)]
    expect(key < next).toBe(true)
    expect(third > key && third < next).toBe(false)
    expect(inside(keyOf(...list, ...other), [next, '\u007f' as Key])).toBe(true)
  })
  fc.assert(property)
})
