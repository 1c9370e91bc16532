import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CompiledPolicy, compilePolicy } from './compile-policy.ts'
import { evaluate, type PolicySet } from './evaluate.ts'
import type { PolicyKind } from './fault.ts'
import type { RequestPrincipal } from './principal-match.ts'
import type { AccessRequest } from './statement-match.ts'

const account = '111122223333'
const callers: readonly RequestPrincipal[] = [
  { type: 'root', account, arn: `arn:aws:iam::${account}:root` },
  { type: 'user', account, arn: `arn:aws:iam::${account}:user/bob`, id: 'AIDABOB0000' },
  { type: 'user', account: '444455556666', arn: 'arn:aws:iam::444455556666:user/bob', id: 'AIDABOB1111' },
  { type: 'service', name: 'lambda.amazonaws.com' },
  { type: 'anonymous' },
]
const actions = ['kms:Decrypt', 'kms:Encrypt', 'secretsmanager:GetSecretValue'] as const
const resources = [
  `arn:aws:kms:us-east-1:${account}:key/1`,
  `arn:aws:secretsmanager:us-east-1:${account}:secret:a`,
] as const

const statement = fc.record({
  Effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
  Action: fc.constantFrom('*', 'kms:*', 'kms:Decrypt', 'secretsmanager:Get*'),
  Resource: fc.constantFrom('*', resources[0], 'arn:aws:secretsmanager:*:*:*'),
})
const principal = fc.constantFrom<unknown>(
  '*',
  { AWS: account },
  { AWS: `arn:aws:iam::${account}:user/bob` },
  { Service: 'lambda.amazonaws.com' },
  { AWS: '444455556666' },
)
const named = fc.tuple(statement, principal).map(([made, Principal]) => ({ ...made, Principal }))

function compiled(Statement: readonly object[], kind: PolicyKind): CompiledPolicy {
  const result = compilePolicy(JSON.stringify({ Version: '2012-10-17', Statement }), kind)
  if ('invalid' in result) throw new Error(result.invalid.kind)
  return result.policy
}

const own = fc.array(statement, { minLength: 1, maxLength: 3 }).map((made) => compiled(made, 'identity'))
const control = fc.array(statement, { minLength: 1, maxLength: 3 }).map((made) => compiled(made, 'control'))
const policySet: fc.Arbitrary<PolicySet> = fc.record({
  identity: fc.array(own, { maxLength: 2 }),
  resource: fc.array(
    fc.array(named, { minLength: 1, maxLength: 3 }).map((made) => compiled(made, 'resource')),
    { maxLength: 1 },
  ),
  boundary: fc.option(own, { nil: undefined }),
  session: fc.option(fc.array(own, { maxLength: 2 }), { nil: undefined }),
  serviceControl: fc.option(fc.array(fc.array(control, { maxLength: 2 }), { maxLength: 2 }), { nil: undefined }),
  resourceControl: fc.option(fc.array(fc.array(control, { maxLength: 2 }), { maxLength: 2 }), { nil: undefined }),
  resourceMode: fc.constantFrom('grants', 'root-of-trust'),
})
const anyRequest: fc.Arbitrary<AccessRequest> = fc.record({
  principal: fc.constantFrom(...callers),
  action: fc.constantFrom(...actions),
  resource: fc.constantFrom(...resources),
  resourceAccount: fc.constant(account),
  context: fc.constant(() => undefined),
})

const everything = { Effect: 'Allow', Action: '*', Resource: '*' }
const nothing = { ...everything, Effect: 'Deny' }

test('a Deny of everything, wherever it is put, refuses', () => {
  const places: readonly ((policies: PolicySet) => PolicySet)[] = [
    (policies) => ({ ...policies, identity: [...policies.identity, compiled([nothing], 'identity')] }),
    (policies) => ({
      ...policies,
      resource: [...policies.resource, compiled([{ ...nothing, Principal: '*' }], 'resource')],
    }),
    (policies) => ({ ...policies, boundary: compiled([nothing], 'identity') }),
    (policies) => ({ ...policies, session: [compiled([nothing], 'identity')] }),
    (policies) => ({ ...policies, serviceControl: [[compiled([everything, nothing], 'control')]] }),
    (policies) => ({ ...policies, resourceControl: [[compiled([everything, nothing], 'control')]] }),
  ]
  const ownSide = new Set([0, 2, 3, 4])
  fc.assert(
    fc.property(anyRequest, policySet, fc.nat(places.length - 1), (request, policies, place) => {
      const hasIdentity = request.principal.type === 'user' || request.principal.type === 'root'
      fc.pre(hasIdentity || !ownSide.has(place))
      expect(evaluate(request, places[place]?.(policies) ?? policies)).toMatchObject({
        allowed: false,
        reason: 'explicit-deny',
      })
    }),
    { numRuns: 3000 },
  )
})

test('more allowing statements never refuse what was allowed', () => {
  let met = 0
  fc.assert(
    fc.property(anyRequest, policySet, (request, policies) => {
      if (!evaluate(request, policies).allowed) return
      met++
      const more: PolicySet = {
        ...policies,
        identity: [...policies.identity, compiled([everything], 'identity')],
        resource: [...policies.resource, compiled([{ ...everything, Principal: '*' }], 'resource')],
      }
      expect(evaluate(request, more).allowed).toBe(true)
    }),
    { numRuns: 5000, seed: 1 },
  )
  expect(met).toBeGreaterThan(50)
})

test('a further limit never allows what was refused', () => {
  fc.assert(
    fc.property(anyRequest, policySet, own, control, (request, policies, limit, level) => {
      fc.pre(!evaluate(request, policies).allowed)
      const limited: PolicySet = {
        ...policies,
        boundary: policies.boundary ?? limit,
        session: policies.session ?? [limit],
        serviceControl: [...(policies.serviceControl ?? []), [level]],
        resourceControl: [...(policies.resourceControl ?? []), [level]],
      }
      expect(evaluate(request, limited).allowed).toBe(false)
    }),
    { numRuns: 3000 },
  )
})

test('the order of policies and statements does not matter', () => {
  fc.assert(
    fc.property(
      anyRequest,
      policySet,
      fc.array(named, { minLength: 1, maxLength: 4 }),
      (request, policies, statements) => {
        const forward = { ...policies, resource: [compiled(statements, 'resource')] }
        const backward = {
          ...policies,
          identity: policies.identity.toReversed(),
          resource: statements.toReversed().map((made) => compiled([made], 'resource')),
        }
        expect(evaluate(request, backward)).toEqual(evaluate(request, forward))
      },
    ),
    { numRuns: 3000 },
  )
})

test('what roots trust is never more than what resources grant', () => {
  let met = 0
  fc.assert(
    fc.property(anyRequest, policySet, (request, policies) => {
      if (!evaluate(request, { ...policies, resourceMode: 'root-of-trust' }).allowed) return
      met++
      expect(evaluate(request, { ...policies, resourceMode: 'grants' }).allowed).toBe(true)
    }),
    { numRuns: 5000, seed: 1 },
  )
  expect(met).toBeGreaterThan(20)
})

test('condition keys are looked up only where a policy refers to them', () => {
  const asked: string[] = []
  const request: AccessRequest = {
    principal: { type: 'user', account, arn: `arn:aws:iam::${account}:user/bob`, id: 'AIDABOB0000' },
    action: 'kms:Decrypt',
    resource: resources[0],
    resourceAccount: account,
    context: (name) => {
      asked.push(name)
      return undefined
    },
  }
  const guarded = (Action: string, Resource: string, key: string) => ({
    Effect: 'Deny',
    Action,
    Resource,
    Condition: { StringEquals: { [key]: 'x' } },
  })
  const policy = compiled(
    [
      everything,
      guarded('kms:*', '*', 'Aws:A'),
      guarded('ssm:*', '*', 'aws:b'),
      guarded('kms:*', resources[1], 'aws:c'),
    ],
    'identity',
  )
  expect(evaluate(request, { identity: [policy], resource: [], resourceMode: 'grants' }).allowed).toBe(true)
  expect(asked).toEqual(['aws:a'])
})
