import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CompiledPolicy, compilePolicy } from './compile-policy.ts'
import { evaluate } from './evaluate.ts'
import { explain } from './explain.ts'
import type { PolicyKind } from './fault.ts'
import { faultSentence } from './messages.ts'
import { allowsPublicAccess } from './public-access.ts'

const kinds: readonly PolicyKind[] = ['identity', 'resource', 'trust', 'key', 'control']

function compiled(document: unknown, kind: PolicyKind = 'identity'): CompiledPolicy {
  const result = compilePolicy(JSON.stringify(document), kind, { name: 'p' })
  if ('invalid' in result) throw new Error(result.invalid.kind)
  return result.policy
}

const statement = (Sid: string, Effect: string, Action: string) => ({ Sid, Effect, Action, Resource: '*' })

test('finds the statements that speak of an action, denials apart', () => {
  const policy = compiled({
    Statement: [
      statement('a', 'Allow', '*'),
      statement('b', 'Deny', 'kms:De*'),
      statement('c', 'Allow', 'kms:Encrypt'),
      { Sid: 'd', Effect: 'Allow', NotAction: 'kms:*', Resource: '*' },
    ],
  })
  const names = (action: string) => {
    const { denies, allows } = policy.candidates(action)
    return [denies.map(({ sid }) => sid), allows.map(({ sid }) => sid)]
  }
  expect(names('kms:Decrypt')).toEqual([['b'], ['a']])
  expect(names('KMS:encrypt')).toEqual([[], ['a', 'c']])
  expect(names('ssm:GetParameter')).toEqual([[], ['a', 'd']])
  expect(policy.candidates('kms:Decrypt')).toBe(policy.candidates('kms:Decrypt'))
})

test('asking about ever new actions does not make it forget what it says', () => {
  const policy = compiled({ Statement: [statement('a', 'Allow', 'kms:Action7*')] })
  for (let index = 0; index < 2000; index++) {
    const { allows } = policy.candidates(`kms:Action${index}`)
    expect(allows.length).toBe(String(index).startsWith('7') ? 1 : 0)
  }
})

test('keeps what explanations need', () => {
  const document = '{"Id":"x","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*"}]}'
  const result = compilePolicy(document, 'identity', { name: 'mine' })
  expect(result).toMatchObject({ policy: { name: 'mine', id: 'x', version: '2008-10-17', document } })
  if ('invalid' in result) return
  const [first] = result.policy.statements
  expect(first && document.slice(first.start, first.end)).toBe('{"Effect":"Allow","Action":"kms:*","Resource":"*"}')
})

const scrap = fc.constantFrom<unknown>(
  'Allow',
  'Deny',
  '*',
  '',
  'kms:*',
  'a:b:c',
  'arn:aws:kms:*:*:*',
  '${',
  '${a:b}',
  "${a:b, 'c'}",
  '10.0.0.0/8',
  'true',
  '2026',
  1,
  true,
  null,
  '111122223333',
)
const value: fc.Arbitrary<unknown> = fc.oneof(
  scrap,
  fc.array(scrap, { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('AWS', 'Service', 'Federated', 'CanonicalUser'), scrap, { maxKeys: 2 }),
  fc.dictionary(
    fc.constantFrom(
      'StringLike',
      'Bool',
      'Null',
      'IpAddressIfExists',
      'ForAllValues:ArnLike',
      'DateEquals',
      'NumericLessThan',
      'BinaryEquals',
      'x',
    ),
    fc.dictionary(fc.constantFrom('aws:a', 'AWS:A', 'b'), fc.oneof(scrap, fc.array(scrap, { maxLength: 3 })), {
      maxKeys: 2,
    }),
    { maxKeys: 2 },
  ),
)
const element = fc.constantFrom(
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
  'Other',
)
const seeded = fc
  .tuple(fc.dictionary(element, value, { maxKeys: 4 }), fc.boolean())
  .map(([made, seed]) => ({ ...(seed ? { Effect: 'Allow', Action: '*', Resource: '*' } : {}), ...made }))
const anyDocument = fc.record(
  { Version: scrap, Id: scrap, Statement: fc.oneof(seeded, fc.array(seeded, { maxLength: 3 }), scrap) },
  { requiredKeys: [] },
)

function exercise(document: string, kind: PolicyKind): 'taken' | 'refused' {
  const result = compilePolicy(document, kind)
  if ('invalid' in result) {
    expect(faultSentence(result.invalid).length).toBeGreaterThan(5)
    return 'refused'
  }
  const { policy } = result
  const request = {
    principal: { type: 'user', account: '111122223333', arn: 'arn:aws:iam::111122223333:user/u', id: 'AIDAU' },
    action: 'kms:Decrypt',
    resource: 'arn:aws:kms:us-east-1:111122223333:key/1',
    resourceAccount: '111122223333',
    context: (name: string) => (name === 'aws:a' ? ['1', 'true'] : undefined),
  } as const
  const policies = { identity: [policy], resource: [policy], boundary: policy, resourceMode: 'grants' } as const
  expect(explain(request, policies).decision).toEqual(evaluate(request, policies))
  expect(typeof allowsPublicAccess(policy)).toBe('boolean')
  return 'taken'
}

test('takes any document or says what is wrong with it', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(anyDocument, fc.constantFrom(...kinds), (document, kind) => {
      seen.add(exercise(JSON.stringify(document), kind))
    }),
    { numRuns: 5000, seed: 1 },
  )
  expect(seen).toEqual(new Set(['taken', 'refused']))
})

test('survives damage to a good document', () => {
  const whole = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Deny',
        Action: 'kms:*',
        Resource: 'arn:aws:kms:*:*:key/${a:b}',
        Condition: { Bool: { 'a:b': 'true' } },
      },
    ],
  })
  fc.assert(
    fc.property(fc.nat(whole.length), fc.nat(6), fc.string({ maxLength: 4 }), (at, length, inserted) => {
      exercise(whole.slice(0, at) + inserted + whole.slice(at + length), 'identity')
    }),
    { numRuns: 5000, seed: 1 },
  )
})
