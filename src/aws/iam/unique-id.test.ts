import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accountInAccessKeyId, newAccessKeyId, newSecretAccessKey, newUniqueId } from './unique-id.ts'

test('an access key id tells the account that it was made for', () => {
  fc.assert(
    fc.property(fc.nat(999_999_999_999), fc.constantFrom('AKIA' as const, 'ASIA' as const), (number, prefix) => {
      const account = String(number).padStart(12, '0')
      const id = newAccessKeyId(prefix, account)
      expect(id).toMatch(/^A[KS]IA[Q-Z2-7][A-Z2-7]{15}$/)
      expect(accountInAccessKeyId(id)).toBe(account)
    }),
    { seed: 3, numRuns: 200 },
  )
})

test('other texts tell no account', () => {
  for (const id of [
    '',
    'test',
    'AKIAAAAAAAAAAAAAAAAA',
    'AKIA7777777777777777',
    'AROAQAAAAAAAAAAAAAAA',
    'ASIAQ0000000000000',
  ]) {
    expect(accountInAccessKeyId(id)).toBeUndefined()
  }
})

test('ids and secrets have AWS’s forms', () => {
  expect(newUniqueId('AROA')).toMatch(/^AROA[A-Z2-7]{17}$/)
  expect(newSecretAccessKey()).toMatch(/^[A-Za-z0-9+/]{40}$/)
})
