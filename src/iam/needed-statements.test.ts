import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CompiledPolicy, compilePolicy } from './compile-policy.ts'
import { evaluate, type PolicySet } from './evaluate.ts'
import type { PolicyKind } from './fault.ts'
import { neededStatements } from './needed-statements.ts'
import type { RequestPrincipal } from './principal-match.ts'
import type { AccessRequest } from './statement-match.ts'

const account = '111122223333'
const user: RequestPrincipal = { type: 'user', account, arn: `arn:aws:iam::${account}:user/bob`, id: 'AIDABOB0000' }
const session: RequestPrincipal = {
  type: 'role-session',
  account,
  arn: `arn:aws:sts::${account}:assumed-role/app/s`,
  roleArn: `arn:aws:iam::${account}:role/app`,
  roleId: 'AROAAPP0000',
  sessionName: 's',
}
const key = `arn:aws:kms:us-east-1:${account}:key/1`

function requestOf(principal: RequestPrincipal, resourceAccount = account): AccessRequest {
  return { principal, action: 'kms:Decrypt', resource: key, resourceAccount, context: () => undefined }
}

function compiled(kind: PolicyKind, ...statements: readonly object[]): CompiledPolicy {
  const result = compilePolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }), kind)
  if ('invalid' in result) throw new Error(JSON.stringify(result.invalid))
  return result.policy
}

const allow = { Effect: 'Allow', Action: '*', Resource: '*' }
const silent = { Effect: 'Allow', Action: 's3:*', Resource: '*' }
const nothing: PolicySet = { identity: [], resource: [], resourceMode: 'grants' }
const own = { Effect: 'Allow', Action: 'kms:Decrypt', Resource: key }

test('an own policy that is missing', () => {
  expect(neededStatements(requestOf(user), nothing)).toEqual([{ policyType: 'identity', statement: own }])
})

test('a resource that trusts nobody yet names the user, or the role of a session', () => {
  const set: PolicySet = { ...nothing, identity: [compiled('identity', allow)], resourceMode: 'root-of-trust' }
  const statement = (AWS: string) => ({ Effect: 'Allow', Action: 'kms:Decrypt', Principal: { AWS }, Resource: '*' })
  expect(neededStatements(requestOf(user), set)).toEqual([
    { policyType: 'resource', statement: statement(user.type === 'user' ? user.arn : '') },
  ])
  expect(neededStatements(requestOf(session), set)).toEqual([
    { policyType: 'resource', statement: statement(`arn:aws:iam::${account}:role/app`) },
  ])
})

test('across accounts both sides are needed', () => {
  const types = neededStatements(requestOf(user, '222222222222'), nothing).map(({ policyType }) => policyType)
  expect(types).toEqual(['identity', 'resource'])
})

test('a trust policy has no resource', () => {
  const trust = compiled('trust', { Effect: 'Deny', Principal: { AWS: '222222222222' }, Action: 'sts:AssumeRole' })
  const request = { ...requestOf(user), action: 'sts:AssumeRole' }
  const [needed] = neededStatements(request, { ...nothing, resource: [trust], resourceMode: 'root-of-trust' })
  expect(needed).toEqual({
    policyType: 'trust',
    statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: (user as { arn: string }).arn } },
  })
})

test('every limit is listed', () => {
  const set: PolicySet = {
    ...nothing,
    boundary: compiled('identity', silent),
    session: [compiled('identity', silent)],
    serviceControl: [[compiled('control', silent)], [compiled('control', allow)]],
    resourceControl: [[compiled('control', { ...silent, Principal: '*' })]],
  }
  const types = neededStatements(requestOf(user), set).map(({ policyType }) => policyType)
  expect(types.sort()).toEqual(['boundary', 'identity', 'resource-control', 'service-control', 'session'])
})

test('what is allowed needs nothing, and nothing outdoes a denial', () => {
  expect(neededStatements(requestOf(user), { ...nothing, identity: [compiled('identity', allow)] })).toEqual([])
  const denied = [compiled('identity', { ...allow, Effect: 'Deny' })]
  expect(neededStatements(requestOf(user), { ...nothing, identity: denied })).toEqual([])
})

test('a name that no policy can have needs nothing that could be said', () => {
  expect(neededStatements({ ...requestOf(user), action: 'no action' }, nothing)).toEqual([])
  const stranger: AccessRequest = { ...requestOf({ type: 'anonymous' }) }
  expect(neededStatements(stranger, nothing)).toEqual([])
})

test('with the statements added by hand to new policies, the request is allowed', () => {
  const policy = (kind: PolicyKind) =>
    fc.option(fc.constantFrom(compiled(kind, allow), compiled(kind, silent)), { nil: undefined })
  const sets = fc.record({
    identity: policy('identity'),
    boundary: policy('identity'),
    session: policy('identity'),
    control: policy('control'),
    mode: fc.constantFrom('grants' as const, 'root-of-trust' as const),
    principal: fc.constantFrom(user, session),
    owner: fc.constantFrom(account, '222222222222'),
  })
  fc.assert(
    fc.property(sets, ({ identity, boundary, session: passed, control, mode, principal, owner }) => {
      const request = requestOf(principal, owner)
      const set: PolicySet = {
        identity: identity ? [identity] : [],
        resource: [],
        resourceMode: mode,
        boundary,
        session: passed && [passed],
        serviceControl: control && [[control]],
      }
      const needed = neededStatements(request, set)
      const of = (type: string, kind: PolicyKind) =>
        needed.filter(({ policyType }) => policyType === type).map(({ statement }) => compiled(kind, statement))
      const widened: PolicySet = {
        ...set,
        identity: [...set.identity, ...of('identity', 'identity')],
        resource: of('resource', 'resource'),
        boundary: of('boundary', 'identity')[0] ?? boundary,
        session: passed && [passed, ...of('session', 'identity')],
        serviceControl: control && [[control, ...of('service-control', 'control')]],
      }
      expect(evaluate(request, widened).allowed).toBe(true)
      expect(needed.length === 0).toBe(evaluate(request, set).allowed)
    }),
  )
})
