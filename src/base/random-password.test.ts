import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type PasswordRules, randomPassword } from './random-password.ts'

const plain: PasswordRules = {
  length: 32,
  excluded: '',
  numbers: true,
  punctuation: true,
  uppercase: true,
  lowercase: true,
  space: false,
  requireEach: true,
}

const kinds = { uppercase: /[A-Z]/, lowercase: /[a-z]/, numbers: /[0-9]/, punctuation: /[!-/:-@[-`{-~]/ } as const

test('has what it must, nothing that it must not, and the asked length', () => {
  const rules = fc.record({
    length: fc.integer({ min: 4, max: 64 }),
    excluded: fc.string({ unit: fc.constantFrom(...'aeiouXYZ0189@?!. '.split('')), maxLength: 6 }),
    numbers: fc.boolean(),
    punctuation: fc.boolean(),
    uppercase: fc.boolean(),
    lowercase: fc.boolean(),
    space: fc.boolean(),
    requireEach: fc.boolean(),
  })
  fc.assert(
    fc.property(rules, (asked) => {
      const made = randomPassword(asked)
      const wanted = (['uppercase', 'lowercase', 'numbers', 'punctuation'] as const).filter((kind) => asked[kind])
      if ('refused' in made) {
        expect(wanted).toEqual([])
        return
      }
      expect(made.password).toHaveLength(asked.length)
      for (const character of asked.excluded) expect(made.password).not.toContain(character)
      for (const [kind, pattern] of Object.entries(kinds)) {
        const included = asked[kind as keyof typeof kinds]
        if (!included) expect(made.password).not.toMatch(pattern)
        else if (asked.requireEach) expect(made.password).toMatch(pattern)
      }
      if (!asked.space) expect(made.password).not.toContain(' ')
    }),
  )
})

test('every allowed password is equally likely, required kinds included', () => {
  const alphabet = (from: string) =>
    Array.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ')
      .filter((one) => !from.includes(one))
      .join('')
  const rules = { ...plain, length: 2, numbers: false, punctuation: false, excluded: alphabet('abA') }
  const counts = new Map<string, number>()
  const draws = 8_000
  for (let draw = 0; draw < draws; draw++) {
    const made = randomPassword(rules)
    if ('password' in made) counts.set(made.password, (counts.get(made.password) ?? 0) + 1)
  }
  expect([...counts.keys()].sort()).toEqual(['Aa', 'Ab', 'aA', 'bA'])
  // Seven standard deviations of a fair draw.
  for (const count of counts.values()) expect(Math.abs(count - draws / 4)).toBeLessThan(7 * Math.sqrt((draws * 3) / 16))
})

test('refuses what leaves nothing', () => {
  expect(randomPassword({ ...plain, excluded: '0123456789' })).toEqual({ refused: 'type-excluded' })
  expect(randomPassword({ ...plain, length: 3 })).toEqual({ refused: 'too-short' })
  const nothing = { numbers: false, punctuation: false, uppercase: false, lowercase: false }
  expect(randomPassword({ ...plain, ...nothing })).toEqual({ refused: 'all-excluded' })
  expect(randomPassword({ ...plain, ...nothing, space: true, length: 3 })).toEqual({ password: '   ' })
  expect(randomPassword({ ...plain, excluded: '0123456789', requireEach: false })).toHaveProperty('password')
})
