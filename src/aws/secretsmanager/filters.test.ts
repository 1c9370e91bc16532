import { expect, test } from 'vitest'
import { fitsAll, namePrefixes, type SecretFilter } from './filters.ts'
import type { SecretRecord } from './records.ts'

function named(name: string, more: Partial<SecretRecord> = {}): SecretRecord {
  const record = {
    account: '1',
    region: 'r',
    name,
    suffix: 'abcdef',
    createdAt: 0,
    changedAt: 0,
    stages: [],
    versions: 0,
  }
  return { ...record, ...more }
}

const filter = (key: SecretFilter['key'], ...values: string[]): SecretFilter => ({ key, values })

test.each([
  ['name', 'prod/', named('prod/db'), true],
  ['name', 'Prod/', named('prod/db'), false],
  ['name', 'db', named('prod/db'), false],
  ['name', '!prod/', named('prod/db'), false],
  ['name', '!dev/', named('prod/db'), true],
  ['description', 'a secret', named('x', { description: 'an secret' }), true],
  ['description', 'a secret', named('x', { description: 'asecret' }), false],
  ['description', 'o t', named('x', { description: 'one and two' }), true],
  ['description', 'ONE', named('x', { description: 'one' }), true],
  ['description', 'one', named('x'), false],
  ['tag-key', 'te', named('x', { tags: [{ key: 'team', value: 'a' }] }), true],
  ['tag-key', 'Te', named('x', { tags: [{ key: 'team', value: 'a' }] }), false],
  ['tag-value', 'blu', named('x', { tags: [{ key: 'team', value: 'blue' }] }), true],
  ['primary-region', 'eu-', named('x', { primaryRegion: 'eu-west-1' }), true],
  ['primary-region', 'eu-', named('x'), false],
  ['owning-service', 'rds', named('x', { owningService: 'rds' }), true],
  ['all', 'SecretOne', named('SecretOne'), true],
  ['all', 'ret', named('SecretOne'), false],
  ['all', 'secret', named('Thirdsecret'), false],
  ['all', 'one', named('SecretOne'), true],
  ['all', 'compan', named('COMPANYthings'), true],
  ['all', 'ythings', named('COMPANYthings'), true],
  ['all', 'things', named('COMPANYthings'), false],
  ['all', 'd t', named('x', { description: 'DescTwo' }), true],
  ['all', 'foo', named('x', { tags: [{ key: 'k', value: 'foo' }] }), true],
  ['all', '/', named('a/b'), false],
] as const)('%s %s', (key, value, secret, expected) => {
  expect(fitsAll(secret, [filter(key, value)])).toBe(expected)
})

test('values of a filter are alternatives, filters must all fit, a negated value excludes', () => {
  const secret = named('prod/db', { description: 'one two' })
  expect(fitsAll(secret, [filter('name', 'dev', 'prod')])).toBe(true)
  expect(fitsAll(secret, [filter('description', 'one'), filter('description', 'three')])).toBe(false)
  expect(fitsAll(secret, [filter('name', 'prod', '!prod/d')])).toBe(false)
  expect(fitsAll(secret, [])).toBe(true)
})

test('prefixes to look under hold every name that may fit, each once', () => {
  expect(namePrefixes([])).toEqual([''])
  expect(namePrefixes([filter('name', '!a')])).toEqual([''])
  expect(namePrefixes([filter('name', 'b', 'a', 'ab', 'b')])).toEqual(['a', 'b'])
  expect(namePrefixes([filter('all', 'x'), filter('name', 'a', '!b'), filter('name', 'c')])).toEqual(['a'])
})
