import { expect, test } from 'vitest'
import { compilePolicy } from './compile-policy.ts'
import type { PolicyKind } from './fault.ts'
import { faultSentence } from './messages.ts'

const arn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:a'
const good = { Effect: 'Allow', Action: 'kms:*', Resource: '*' }
const trusting = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '111122223333' } }
const policy = (...statements: unknown[]) => ({ Version: '2012-10-17', Statement: statements })

function faultOf(document: unknown, kind: PolicyKind = 'identity') {
  const result = compilePolicy(typeof document === 'string' ? document : JSON.stringify(document), kind)
  return 'invalid' in result ? result.invalid : undefined
}

const syntax = 'Syntax errors in policy.'
const legacy = 'The policy failed legacy parsing'
const vendor = 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.'

test.each<[string, unknown, Record<string, unknown>, string]>([
  ['text', 'not json', { kind: 'not-json', offset: 0 }, syntax],
  ['an array', [], { kind: 'not-object' }, syntax],
  ['an element it does not know', { ...policy(good), Extra: 1 }, { kind: 'unknown-element', element: 'Extra' }, syntax],
  [
    'an element in another case',
    policy({ ...good, effect: 'Deny' }),
    { kind: 'unknown-element', element: 'effect' },
    syntax,
  ],
  ['a version that never was', { ...policy(good), Version: '2013-10-17' }, { kind: 'bad-version' }, syntax],
  ['a version that is no text', { ...policy(good), Version: 2012 }, { kind: 'wrong-type', element: 'Version' }, syntax],
  ['an Id that is no text', { ...policy(good), Id: ['x'] }, { kind: 'wrong-type', element: 'Id' }, syntax],
  ['no statement', { Version: '2012-10-17' }, { kind: 'missing-statement' }, syntax],
  ['an empty list of statements', policy(), { kind: 'empty-statement' }, syntax],
  ['a statement that is text', policy('Allow'), { kind: 'wrong-type', element: 'Statement' }, syntax],
  ['no effect', policy({ Action: 'kms:*', Resource: '*' }), { kind: 'missing-effect', statement: 0 }, syntax],
  ['another effect', policy({ ...good, Effect: 'Permit' }), { kind: 'bad-effect', effect: 'Permit' }, syntax],
  ['an effect in small letters', policy({ ...good, Effect: 'allow' }), { kind: 'bad-effect' }, legacy],
  [
    'no action',
    policy({ Effect: 'Allow', Resource: '*' }),
    { kind: 'missing-action' },
    'Policy statement must contain actions.',
  ],
  [
    'an empty list of actions',
    policy({ ...good, Action: [] }),
    { kind: 'missing-action' },
    'Policy statement must contain actions.',
  ],
  [
    'Action and NotAction',
    policy({ ...good, NotAction: 'kms:*' }),
    { kind: 'both-elements', element: 'Action' },
    syntax,
  ],
  [
    'an action without a service',
    policy({ ...good, Action: 'Decrypt' }),
    { kind: 'bad-action', problem: 'no-vendor' },
    vendor,
  ],
  ['an empty action', policy({ ...good, Action: '' }), { kind: 'bad-action', problem: 'no-vendor' }, vendor],
  [
    'an action with two colons',
    policy({ ...good, Action: 'a:b:c' }),
    { kind: 'bad-action', problem: 'two-colons' },
    'Actions/Condition can contain only one colon.',
  ],
  [
    'a service with a space',
    policy({ ...good, Action: 'a b:c' }),
    { kind: 'bad-action', problem: 'bad-vendor' },
    'Vendor a b is not valid',
  ],
  ['an action that is a number', policy({ ...good, Action: 1 }), { kind: 'wrong-type', element: 'Action' }, syntax],
  [
    'no resource',
    policy({ Effect: 'Allow', Action: 'kms:*' }),
    { kind: 'missing-resource' },
    'Policy statement must contain resources.',
  ],
  [
    'an empty list of resources',
    policy({ ...good, Resource: [] }),
    { kind: 'missing-resource' },
    'Policy statement must contain resources.',
  ],
  [
    'Resource and NotResource',
    policy({ ...good, NotResource: '*' }),
    { kind: 'both-elements', element: 'Resource' },
    syntax,
  ],
  [
    'a resource that is no ARN',
    policy({ ...good, Resource: 'mine' }),
    { kind: 'bad-resource' },
    'Resource mine must be in ARN format or "*".',
  ],
  [
    'an empty resource',
    policy({ ...good, Resource: '' }),
    { kind: 'bad-resource' },
    'Resource  must be in ARN format or "*".',
  ],
  [
    'another partition',
    policy({ ...good, Resource: 'arn:other:s3:::x' }),
    { kind: 'bad-partition', partition: 'other' },
    'Partition "other" is not valid for resource "arn:other:s3:::x".',
  ],
  ['a resource with a bad variable', policy({ ...good, Resource: `${arn}\${` }), { kind: 'bad-variable' }, syntax],
  [
    'a Sid with a space',
    policy({ ...good, Sid: 'a b' }),
    { kind: 'bad-sid' },
    'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
  ],
  ['a Sid that is no text', policy({ ...good, Sid: {} }), { kind: 'wrong-type', element: 'Sid' }, syntax],
  [
    'a Sid twice',
    policy({ ...good, Sid: 'a' }, { ...good, Sid: 'a' }),
    { kind: 'duplicate-sid' },
    'Statement IDs (SID) in a single policy must be unique.',
  ],
  [
    'a principal',
    policy({ ...good, Principal: '*' }),
    { kind: 'principal-forbidden', element: 'Principal' },
    'Policy document should not specify a principal.',
  ],
  [
    'a NotPrincipal',
    policy({ ...good, NotPrincipal: '*' }),
    { kind: 'principal-forbidden', element: 'NotPrincipal' },
    'Policy document should not specify a principal.',
  ],
  ['conditions in a list', policy({ ...good, Condition: [] }), { kind: 'wrong-type', element: 'Condition' }, syntax],
  [
    'an operator without keys',
    policy({ ...good, Condition: { Bool: 'true' } }),
    { kind: 'wrong-type', element: 'Bool' },
    syntax,
  ],
  [
    'a key with an object',
    policy({ ...good, Condition: { Bool: { a: {} } } }),
    { kind: 'wrong-type', element: 'a' },
    syntax,
  ],
  [
    'an unknown operator',
    policy({ ...good, Condition: { Same: { a: '1' } } }),
    { kind: 'unknown-operator', operator: 'Same' },
    syntax,
  ],
  [
    'NullIfExists',
    policy({ ...good, Condition: { NullIfExists: { a: 'true' } } }),
    { kind: 'unknown-operator' },
    syntax,
  ],
  [
    'a qualifier twice',
    policy({ ...good, Condition: { 'ForAnyValue:ForAnyValue:Bool': { a: 'true' } } }),
    { kind: 'unknown-operator' },
    syntax,
  ],
  [
    'a key twice in another case',
    policy({ ...good, Condition: { Bool: { 'a:b': 'true', 'A:B': 'true' } } }),
    { kind: 'duplicate-key' },
    syntax,
  ],
  [
    'a bad date',
    policy({ ...good, Condition: { DateEquals: { a: 'soon' } } }),
    { kind: 'bad-condition-value', value: 'soon' },
    legacy,
  ],
  [
    'a bad number',
    policy({ ...good, Condition: { NumericEquals: { a: '1 2' } } }),
    { kind: 'bad-condition-value' },
    legacy,
  ],
  [
    'a bad address',
    policy({ ...good, Condition: { IpAddress: { a: '10.0.0.0/33' } } }),
    { kind: 'bad-condition-value' },
    legacy,
  ],
  [
    'a bad truth value',
    policy({ ...good, Condition: { Bool: { a: 'yes' } } }),
    { kind: 'bad-condition-value' },
    legacy,
  ],
  ['a bad Null', policy({ ...good, Condition: { Null: { a: 'yes' } } }), { kind: 'bad-condition-value' }, legacy],
  [
    'bytes that are not base64',
    policy({ ...good, Condition: { BinaryEquals: { a: '?' } } }),
    { kind: 'bad-condition-value' },
    legacy,
  ],
  [
    'a bad variable in a condition',
    policy({ ...good, Condition: { StringEquals: { a: '${' } } }),
    { kind: 'bad-variable' },
    syntax,
  ],
  [
    'a key of the document twice',
    '{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}',
    { kind: 'duplicate-key', key: 'Version', offset: 24 },
    syntax,
  ],
  ['a character beyond Latin-1', '{"Id":"\u0100"}', { kind: 'bad-character', offset: 7 }, syntax],
  ['a control character', '{"Id":\u0000}', { kind: 'bad-character', offset: 6 }, syntax],
  ['too much text', ' '.repeat(200_000), { kind: 'too-large' }, syntax],
  ['too many levels', '['.repeat(1000), { kind: 'too-deep' }, syntax],
  ['too many statements', policy(...Array.from({ length: 1001 }, () => good)), { kind: 'too-many-statements' }, syntax],
])('%s is no identity policy', (_, document, fault, sentence) => {
  const found = faultOf(document)
  expect(found).toMatchObject(fault)
  expect(found && faultSentence(found)).toBe(sentence)
})

test.each<[string, PolicyKind, unknown, Record<string, unknown>, string]>([
  ['no principal', 'resource', policy(good), { kind: 'missing-principal' }, 'Missing required field Principal'],
  [
    'an empty principal',
    'resource',
    policy({ ...good, Principal: {} }),
    { kind: 'missing-principal' },
    'Missing required field Principal',
  ],
  [
    'a principal that is a name',
    'resource',
    policy({ ...good, Principal: 'bob' }),
    { kind: 'bad-principal' },
    'Invalid principal in policy: "*":"bob"',
  ],
  [
    'a kind of principal',
    'resource',
    policy({ ...good, Principal: { Person: 'bob' } }),
    { kind: 'unknown-element', element: 'Person' },
    syntax,
  ],
  [
    'a pattern of principals',
    'resource',
    policy({ ...good, Principal: { AWS: 'arn:aws:iam::111122223333:user/*' } }),
    { kind: 'bad-principal' },
    'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:user/*"',
  ],
  [
    'an empty service',
    'trust',
    policy({ ...trusting, Principal: { Service: '' } }),
    { kind: 'bad-principal' },
    'Invalid principal in policy: "SERVICE":""',
  ],
  [
    'a group as principal',
    'resource',
    policy({ ...good, Principal: { AWS: 'arn:aws:iam::111122223333:group/g' } }),
    { kind: 'bad-principal' },
    'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:group/g"',
  ],
  [
    'a resource in a trust policy',
    'trust',
    policy({ ...trusting, Resource: '*' }),
    { kind: 'resource-forbidden' },
    'Has prohibited field Resource',
  ],
  [
    'a NotResource in a trust policy',
    'trust',
    policy({ ...trusting, NotResource: '*' }),
    { kind: 'resource-forbidden' },
    'Has prohibited field NotResource',
  ],
  [
    'another action in a trust policy',
    'trust',
    policy({ ...trusting, Action: 'kms:Decrypt' }),
    { kind: 'not-assume-role' },
    'AssumeRole policy may only specify STS AssumeRole actions.',
  ],
  [
    'no resource in a key policy',
    'key',
    policy({ Effect: 'Allow', Action: 'kms:*', Principal: '*' }),
    { kind: 'missing-resource' },
    'Policy statement must contain resources.',
  ],
  [
    'one principal in a control policy',
    'control',
    policy({ ...good, Principal: { AWS: '111122223333' } }),
    { kind: 'bad-principal' },
    'Invalid principal in policy: "AWS":"111122223333"',
  ],
])('%s is refused', (_, kind, document, fault, sentence) => {
  const found = faultOf(document, kind)
  expect(found).toMatchObject(fault)
  expect(found && faultSentence(found)).toBe(sentence)
})

test.each<[string, PolicyKind, unknown]>([
  ['one statement without a list', 'identity', { Version: '2012-10-17', Statement: good }],
  ['the old version', 'identity', { Version: '2008-10-17', Statement: good }],
  ['no version', 'identity', { Statement: [good] }],
  ['an empty Sid twice', 'identity', policy({ ...good, Sid: '' }, { ...good, Sid: '' })],
  ['an action with spaces', 'identity', policy({ ...good, Action: 'iam: some thing ' })],
  ['an ARN with fields missing', 'identity', policy({ ...good, Resource: 'arn:aws:sqs' })],
  ['an empty condition', 'identity', policy({ ...good, Condition: {} })],
  ['a Sid with spaces on a key', 'key', policy({ ...good, Sid: 'Enable IAM User Permissions', Principal: '*' })],
  ['characters up to U+00FF', 'key', policy({ ...good, Sid: 'é\u00ff', Principal: '*' })],
  ['assuming and tagging', 'trust', policy({ ...trusting, Action: ['sts:AssumeRole', 'sts:TagSession'] })],
  ['everybody in a control policy', 'control', policy({ ...good, Principal: '*' })],
])('%s is accepted', (_, kind, document) => {
  expect(faultOf(document, kind)).toBeUndefined()
})

test('an API may ask for the current version', () => {
  const document = JSON.stringify({ Version: '2008-10-17', Statement: good })
  const result = compilePolicy(document, 'identity', { onlyCurrentVersion: true })
  expect(result).toEqual({ invalid: { kind: 'old-version' } })
  expect(faultSentence({ kind: 'old-version' })).toBe('Policy document must be version 2012-10-17 or greater.')
})

test('an API may have a smaller limit', () => {
  const document = JSON.stringify(policy(good))
  expect(compilePolicy(document, 'identity', { characters: document.length })).toHaveProperty('policy')
  expect(compilePolicy(document, 'identity', { characters: document.length - 1 })).toEqual({
    invalid: { kind: 'too-large', limit: document.length - 1 },
  })
})

test('a resource with fields missing is repeated with stars', () => {
  const sentence = (resource: string) =>
    faultSentence({ kind: 'bad-partition', resource, partition: resource.split(':')[1] ?? '' })
  expect(sentence('arn:b')).toBe('Partition "b" is not valid for resource "arn:b:*:*:*:*".')
  expect(sentence('arn:b:c')).toBe('Partition "b" is not valid for resource "arn:b:c:*:*:*".')
  expect(sentence('arn:b:c:d:e:f:g')).toBe('Partition "b" is not valid for resource "arn:b:c:d:e:f:g".')
})
