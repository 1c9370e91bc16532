import { expect, test } from 'vitest'
import { type CompiledPolicy, compilePolicy } from './compile-policy.ts'
import { type Decision, evaluate, type PolicySet, type PolicyType } from './evaluate.ts'
import { deniedSentence, explain } from './explain.ts'
import type { PolicyKind } from './fault.ts'
import type { AccessRequest } from './statement-match.ts'

const account = '111122223333'
const secret = `arn:aws:secretsmanager:us-east-1:${account}:secret:a-abcdef`
const request: AccessRequest = {
  principal: { type: 'user', account, arn: `arn:aws:iam::${account}:user/bob`, id: 'AIDABOB0000' },
  action: 'secretsmanager:GetSecretValue',
  resource: secret,
  resourceAccount: account,
  context: (name) => (name === 'aws:principaltag/team' ? 'web' : undefined),
}

function compiled(name: string, document: unknown, kind: PolicyKind = 'identity'): CompiledPolicy {
  const result = compilePolicy(JSON.stringify(document, null, 2), kind, { name })
  if ('invalid' in result) throw new Error(JSON.stringify(result.invalid))
  return result.policy
}

const allow = { Sid: 'All', Effect: 'Allow', Action: '*', Resource: '*' }
const only = (identity: readonly CompiledPolicy[], more: Partial<PolicySet> = {}): PolicySet => ({
  identity,
  resource: [],
  resourceMode: 'grants',
  ...more,
})

test('names the statement that decided and where it stands', () => {
  const deny = { Sid: 'No', Effect: 'Deny', Action: 'secretsmanager:*', Resource: '*' }
  const policy = compiled('mine', { Version: '2012-10-17', Statement: [allow, deny] })
  const { decision, deciding, policies } = explain(request, only([policy]))
  expect(decision).toEqual({ allowed: false, reason: 'explicit-deny', by: 'identity' })
  expect(deciding).toMatchObject([{ policy: 'mine', policyType: 'identity', sid: 'No', index: 1, effect: 'Deny' }])
  expect(policies).toMatchObject([{ type: 'identity', policy: 'mine', outcome: 'deny' }])
  const [statement] = deciding
  const lines = policy.document.split('\n')
  expect(JSON.parse(policy.document.slice(statement?.start.offset, statement?.end.offset))).toEqual(deny)
  expect(lines[(statement?.start.line ?? 0) - 1]?.[(statement?.start.column ?? 0) - 1]).toBe('{')
  expect(lines[(statement?.end.line ?? 0) - 1]?.[(statement?.end.column ?? 0) - 2]).toBe('}')
})

test('says for every statement what kept it from applying', () => {
  const policy = compiled('mine', {
    Version: '2012-10-17',
    Statement: [
      { ...allow, Sid: 'action', Action: 'kms:*' },
      { ...allow, Sid: 'resource', Resource: 'arn:aws:secretsmanager:*:*:secret:b-*' },
      {
        ...allow,
        Sid: 'condition',
        Condition: { StringEquals: { 'aws:PrincipalTag/Team': ['app'], 'aws:x': 'y' }, Null: { 'aws:z': 'true' } },
      },
    ],
  })
  const other = compiled(
    'theirs',
    { Id: 'x', Statement: [{ ...allow, Principal: { AWS: '444455556666' } }] },
    'resource',
  )
  const { decision, deciding, policies } = explain(request, only([policy], { resource: [other] }))
  expect(decision).toEqual({ allowed: false, reason: 'implicit-deny', by: 'identity' })
  expect(deciding).toEqual([])
  expect(policies.map(({ type, outcome }) => [type, outcome])).toEqual([
    ['resource', 'silent'],
    ['identity', 'silent'],
  ])
  const statements = policies.flatMap((made) => made.statements)
  expect(statements.map(({ missed }) => missed)).toEqual(['principal', 'action', 'resource', 'condition'])
  expect(statements.at(-1)?.failedConditions).toEqual([
    { operator: 'StringEquals', key: 'aws:PrincipalTag/Team', wanted: ['app'], actual: 'web' },
    { operator: 'StringEquals', key: 'aws:x', wanted: ['y'], actual: undefined },
  ])
})

test('tells of every type of policy, and which of them granted', () => {
  const plain = { Statement: [allow] }
  const set = only([compiled('i', plain)], {
    resource: [
      compiled(
        'r',
        {
          Statement: [{ ...allow, Principal: { AWS: request.principal.type === 'user' ? request.principal.arn : '' } }],
        },
        'resource',
      ),
    ],
    boundary: compiled('b', plain),
    session: [compiled('s', plain)],
    serviceControl: [[compiled('scp', plain, 'control')]],
    resourceControl: [[compiled('rcp', plain, 'control')]],
  })
  const { decision, deciding, policies } = explain(request, set)
  expect(policies.map(({ policy, outcome }) => `${policy} ${outcome}`)).toEqual([
    'rcp allow',
    'scp allow',
    'r allow',
    'i allow',
    'b allow',
    's allow',
  ])
  expect(decision).toEqual({ allowed: true, by: 'resource' })
  expect(deciding.map(({ policy }) => policy)).toEqual(['r'])
})

test('a policy without a name goes by its Id', () => {
  const result = compilePolicy(JSON.stringify({ Id: 'key-default-1', Statement: { ...allow, Principal: '*' } }), 'key')
  if ('invalid' in result) throw new Error('invalid')
  expect(explain(request, only([], { resource: [result.policy] })).deciding[0]?.policy).toBe('key-default-1')
})

const user = `User: arn:aws:iam::${account}:user/bob is not authorized to perform: secretsmanager:GetSecretValue on resource: ${secret}`

test.each<[PolicyType, string, string]>([
  ['identity', 'because no identity-based policy allows', 'with an explicit deny in an identity-based policy'],
  ['resource', 'because no resource-based policy allows', 'with an explicit deny in a resource-based policy'],
  ['trust', 'because no role trust policy allows', 'with an explicit deny in the role trust policy'],
  ['boundary', 'because no permissions boundary allows', 'with an explicit deny in a permissions boundary'],
  ['session', 'because no session policy allows', 'with an explicit deny in a session policy'],
  ['service-control', 'because no service control policy allows', 'with an explicit deny in a service control policy'],
  [
    'resource-control',
    'because no resource control policy allows',
    'with an explicit deny in a resource control policy',
  ],
])('a refusal by %s is put as AWS puts it', (by, implicit, explicit) => {
  const clause = `${implicit} the secretsmanager:GetSecretValue action`
  expect(deniedSentence(request, { allowed: false, reason: 'implicit-deny', by })).toBe(`${user} ${clause}`)
  expect(deniedSentence(request, { allowed: false, reason: 'explicit-deny', by })).toBe(`${user} ${explicit}`)
})

test('an action without a resource is refused without one', () => {
  const listing = { ...request, action: 'secretsmanager:ListSecrets', resource: '*' }
  const decision = evaluate(listing, only([])) as Extract<Decision, { allowed: false }>
  expect(deniedSentence(listing, decision)).toBe(
    `User: arn:aws:iam::${account}:user/bob is not authorized to perform: secretsmanager:ListSecrets because no identity-based policy allows the secretsmanager:ListSecrets action`,
  )
})
