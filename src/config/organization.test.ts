import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parseConfig } from './load.ts'

const folder = mkdtempSync(join(tmpdir(), 'keyturn-organization-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const denying = (action: string, more: object = {}) =>
  JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Deny', Action: action, Resource: '*', ...more } })
const guarded = denying('kms:*', { Principal: '*' })

function guardRails(text: string) {
  return parseConfig(text, 'k.toml').guardRails
}

function names(levels: readonly (readonly { name: string | undefined }[])[] | undefined) {
  return levels?.map((level) => level.map(({ name }) => name))
}

test('without a section there is no organisation', () => {
  expect(guardRails('account = "123456789012"')).toBeUndefined()
})

test('an account is bound by each level above it, by the name of each policy', () => {
  const scp = file('scp.json', denying('iam:*'))
  const rails = guardRails(`
    account = "999999999999"
    [organization]
    id = "o-a1b2c3d4e5"
    serviceControl = ["FullAWSAccess", "${scp}"]
    [[organization.unit]]
    id = "inner"
    parent = "outer"
    resourceControl = ['${guarded}']
    [[organization.unit]]
    id = "outer"
    serviceControl = ["FullAWSAccess"]
    [[organization.account]]
    id = "111111111111"
    unit = "inner"
    serviceControl = ['{"Id":"only-kms","Statement":{"Effect":"Allow","Action":"kms:*","Resource":"*"}}']
  `)
  expect(names(rails?.serviceControl('111111111111'))).toEqual([['FullAWSAccess', 'scp.json'], ['only-kms']])
  expect(names(rails?.resourceControl('111111111111'))).toEqual([
    ['RCPFullAWSAccess', 'organization.unit.0.resourceControl.0'],
  ])
  expect(rails?.pathOf('111111111111')).toBe('o-a1b2c3d4e5/r-root/outer/inner/')
  expect(names(rails?.serviceControl('222222222222'))).toEqual([['FullAWSAccess', 'scp.json']])
  expect(rails?.resourceControl('222222222222')).toBeUndefined()
  expect(rails?.pathOf('222222222222')).toBe('o-a1b2c3d4e5/r-root/')
})

test('nothing binds the management account, and what is no account is nowhere', () => {
  const rails = guardRails(`
    account = "999999999999"
    [organization]
    id = "o-a1b2c3d4e5"
    serviceControl = ["FullAWSAccess", '${denying('*')}']
    resourceControl = ['${guarded}']
  `)
  expect(rails?.serviceControl('999999999999')).toBeUndefined()
  expect(rails?.resourceControl('999999999999')).toBeUndefined()
  expect(rails?.pathOf('999999999999')).toBe('o-a1b2c3d4e5/r-root/')
  for (const none of ['', 'aws', 'kms.amazonaws.com']) {
    expect(rails?.serviceControl(none)).toBeUndefined()
    expect(rails?.pathOf(none)).toBeUndefined()
  }
})

test('lists with full access alone limit nothing', () => {
  const rails = guardRails(`[organization]
    serviceControl = ["FullAWSAccess"]
    resourceControl = ["RCPFullAWSAccess"]`)
  expect(rails?.serviceControl('111111111111')).toBeUndefined()
  expect(rails?.resourceControl('111111111111')).toBeUndefined()
  expect(rails?.pathOf('111111111111')).toBeUndefined()
})

test('docs/guard-rails.md shows an example that is accepted', () => {
  const text = readFileSync(new URL('../../docs/guard-rails.md', import.meta.url), 'utf8')
  const [example = ''] = [...text.matchAll(/```toml\n([^]*?)```/g)].map(([, toml]) => toml)
  expect(guardRails(example)?.pathOf('111111111111')).toBe('o-a1b2c3d4e5/r-root/ou-production/')
})

describe('is refused with its line', () => {
  const head = '[organization]\n'
  const missing = join(folder, 'missing.json')
  const broken = file('broken.json', '{\n  "Statement": [\n    oops\n  ]\n}')
  const binary = file('binary.json', Uint8Array.from([0x7b, 0xff]))
  const long = file('long.json', ' '.repeat(131_073))
  const scp = (policy: string) => `${head}serviceControl = [\n  "FullAWSAccess",\n  '${policy}']`
  const rcp = (policy: string) => `${head}resourceControl = ['${policy}']`
  const unit = (id: string, parent?: string) =>
    `[[organization.unit]]\nid = "${id}"\n${parent === undefined ? '' : `parent = "${parent}"\n`}`

  test.each([
    ['units = []', `${head}units = []`, 2, 'there is no setting «organization.units»'],
    ['a file that is not there', scp(missing), 4, `which cannot be read (ENOENT)`],
    ['a folder', scp(folder), 4, '(EISDIR)'],
    ['a file too long', scp(long), 4, '(EFBIG)'],
    ['a file that is no text', scp(binary), 4, 'not UTF-8'],
    ['a file that is no JSON', scp(broken), 4, 'broken.json:3: not json'],
    ['an unknown element', scp('{"Statement":[],"Name":"x"}'), 4, 'unknown element, element "Name"'],
    ['an unknown operator', scp(denying('*', { Condition: { Like: { a: 'b' } } })), 4, 'operator "Like"'],
    ['a principal in a service control policy', scp(guarded), 4, 'names no Principal'],
    ['a list that allows nothing', `${head}serviceControl = ['${denying('*')}']`, 2, 'add "FullAWSAccess"'],
    ['an empty list', `${head}serviceControl = []`, 2, 'add "FullAWSAccess"'],
    ['a resource control policy that allows', rcp(guarded.replace('Deny', 'Allow')), 2, 'only denies'],
    ['one without a principal', rcp(denying('kms:*')), 2, 'Principal must be "*"'],
    ['one for all actions', rcp(denying('*', { Principal: '*' })), 2, 'begin with a service'],
    ['one for one principal', rcp(denying('kms:*', { Principal: { AWS: '111111111111' } })), 2, 'bad principal'],
    ['a twin unit', head + unit('a') + unit('a'), 5, '«organization.unit.1.id» is the id of a unit above'],
    ['a parent that is not there', head + unit('a', 'b'), 4, 'is the id of no unit'],
    ['a unit in itself', head + unit('a', 'a'), 4, 'or into itself'],
    ['units in a ring', head + unit('a', 'b') + unit('b', 'a'), 4, 'or into itself'],
    [
      'six levels',
      head + unit('a') + ['b', 'c', 'd', 'e', 'f'].map((id, at) => unit(id, 'abcde'[at])).join(''),
      18,
      '5 levels',
    ],
    ['the management account', '[[organization.account]]\nid = "000000000000"', 2, 'is the management account'],
    ['an unknown unit', '[[organization.account]]\nid = "111111111111"\nunit = "x"', 3, 'is the id of no unit'],
    [
      'a twin account',
      '[[organization.account]]\nid = "111111111111"\n[[organization.account]]\nid = "111111111111"',
      4,
      'is the id of an account above',
    ],
    ['a wrong id', `${head}id = "o-1"`, 2, 'an organisation id such as'],
    ['too many policies', `${head}serviceControl = [${'"FullAWSAccess",'.repeat(101)}]`, 2, 'at most 100 policies'],
  ])('%s', (_what, text, line, problem) => {
    expect(() => guardRails(text)).toThrow(`k.toml:${line}: `)
    expect(() => guardRails(text)).toThrow(problem)
  })
})
