import fc from 'fast-check'
import { expect, test } from 'vitest'
import { manualClock } from './agent.test-support.ts'
import { metadataTokens } from './metadata-token.ts'

test('a token holds until its end', () => {
  const clock = manualClock()
  const tokens = metadataTokens(clock)
  const token = tokens.issue(60)
  expect(tokens.holds(token)).toBe(true)
  clock.pass(59)
  expect(tokens.holds(token)).toBe(true)
  clock.pass(1)
  expect(tokens.holds(token)).toBe(false)
})

test('a token of another process does not hold', () => {
  const clock = manualClock()
  expect(metadataTokens(clock).holds(metadataTokens(clock).issue(60))).toBe(false)
})

test('no alteration of a token holds, and no text that is none', () => {
  const tokens = metadataTokens(manualClock())
  const token = tokens.issue(60)
  fc.assert(
    fc.property(
      fc.nat(token.length - 1),
      fc.constantFrom('A', 'z', '0', '9', '-', '_', '=', '+', '/', ' '),
      (at, character) => {
        const altered = token.slice(0, at) + character + token.slice(at + 1)
        return altered === token || !tokens.holds(altered)
      },
    ),
  )
  fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => !tokens.holds(text)))
})
