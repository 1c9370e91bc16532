import { runSimulation, type Simulation, type SimulationRequestPrincipal } from '@cloud-copilot/iam-simulate'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CompiledPolicy, compilePolicy } from './compile-policy.ts'
import { evaluate, type PolicySet } from './evaluate.ts'
import type { PolicyKind } from './fault.ts'
import type { RequestPrincipal } from './principal-match.ts'

const ours = '111122223333'
const theirs = '444455556666'

interface Caller {
  readonly principal: RequestPrincipal
  readonly simulated: SimulationRequestPrincipal
}

function callersOf(account: string): readonly Caller[] {
  const user = `arn:aws:iam::${account}:user/bob`
  const session = `arn:aws:sts::${account}:assumed-role/app/one`
  const federated = `arn:aws:sts::${account}:federated-user/guest`
  const root = `arn:aws:iam::${account}:root`
  return [
    { principal: { type: 'user', account, arn: user, id: 'AIDABOB000000000' }, simulated: user },
    {
      principal: {
        type: 'role-session',
        account,
        arn: session,
        roleArn: `arn:aws:iam::${account}:role/app`,
        roleId: 'AROAAPP000000000',
        sessionName: 'one',
      },
      simulated: session,
    },
    {
      principal: {
        type: 'federated-user',
        account,
        arn: federated,
        issuer: { arn: `arn:aws:iam::${account}:user/carol` },
      },
      simulated: federated,
    },
    { principal: { type: 'root', account, arn: root }, simulated: root },
  ]
}

const callers: readonly Caller[] = [
  ...callersOf(ours),
  ...callersOf(theirs),
  { principal: { type: 'service', name: 'lambda.amazonaws.com' }, simulated: 'lambda.amazonaws.com' },
]

const secret = `arn:aws:secretsmanager:us-east-1:${ours}:secret:app/db-abcdef`
const key = `arn:aws:kms:us-east-1:${ours}:key/11111111-2222-3333-4444-555555555555`

const targets = [
  { action: 'secretsmanager:GetSecretValue', resource: secret, mode: 'grants' },
  { action: 'secretsmanager:DescribeSecret', resource: secret, mode: 'grants' },
  { action: 'kms:Decrypt', resource: key, mode: 'root-of-trust' },
] as const

const actionText = fc.constantFrom(
  '*',
  'secretsmanager:*',
  'SecretsManager:get*',
  'secretsmanager:GetSecretValue',
  'secretsmanager:Describe?ecret',
  'kms:*',
  'kms:Decrypt',
)
const resourceText = fc.constantFrom(
  '*',
  secret,
  key,
  `arn:aws:secretsmanager:*:${ours}:secret:app/*`,
  `arn:aws:secretsmanager:us-east-1:${ours}:secret:*/db-??????`,
  `arn:aws:*:us-east-1:*:*`,
  `arn:aws:kms:us-west-2:${ours}:key/*`,
  'arn:aws:secretsmanager:us-east-1:*:secret:${aws:PrincipalTag/team}/*',
  "arn:aws:secretsmanager:us-east-1:*:secret:${aws:PrincipalTag/none, 'app'}/*",
)
const principalText = fc.constantFrom(
  '*',
  ours,
  `arn:aws:iam::${ours}:root`,
  `arn:aws:iam::${ours}:user/bob`,
  `arn:aws:iam::${ours}:user/amy`,
  `arn:aws:iam::${ours}:role/app`,
  `arn:aws:sts::${ours}:assumed-role/app/one`,
  `arn:aws:sts::${ours}:federated-user/guest`,
  theirs,
  `arn:aws:iam::${theirs}:user/bob`,
  `arn:aws:iam::${theirs}:role/app`,
  `arn:aws:sts::${theirs}:assumed-role/app/one`,
)
const conditionBlock = fc.constantFrom<unknown>(
  ...['', 'IfExists'].flatMap((suffix) => [
    { [`StringEquals${suffix}`]: { 'aws:PrincipalTag/team': ['app', 'web'] } },
    { [`StringNotEquals${suffix}`]: { 'aws:PrincipalTag/team': 'app' } },
    { [`StringEqualsIgnoreCase${suffix}`]: { 'aws:principaltag/team': 'APP' } },
    { [`StringLike${suffix}`]: { 'aws:PrincipalTag/team': 'a*p' } },
    { [`StringNotLike${suffix}`]: { 'aws:PrincipalTag/missing': 'a*' } },
    { [`IpAddress${suffix}`]: { 'aws:SourceIp': ['10.0.0.0/8', '2001:db8::/32'] } },
    { [`NotIpAddress${suffix}`]: { 'aws:SourceIp': '10.0.0.0/16' } },
    { [`Bool${suffix}`]: { 'aws:SecureTransport': 'true' } },
    { [`DateLessThan${suffix}`]: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } },
    { [`DateGreaterThanEquals${suffix}`]: { 'aws:CurrentTime': '2025-06-01T12:00:00Z' } },
    { [`NumericLessThan${suffix}`]: { 'aws:MultiFactorAuthAge': '3600' } },
    { [`NumericGreaterThanEquals${suffix}`]: { 'aws:MultiFactorAuthAge': '100' } },
    { [`ArnLike${suffix}`]: { 'aws:SourceArn': `arn:aws:lambda:*:${ours}:function:*` } },
    { [`ArnNotEquals${suffix}`]: { 'aws:SourceArn': `arn:aws:lambda:us-east-1:${ours}:function:f` } },
    { [`ForAllValues:StringEquals${suffix}`]: { 'aws:TagKeys': ['a', 'b'] } },
    { [`ForAllValues:StringNotEquals${suffix}`]: { 'aws:TagKeys': ['c'] } },
  ]),
  // Without IfExists only: the simulator refuses a missing key even with it, against AWS's rule.
  { 'ForAnyValue:StringLike': { 'aws:TagKeys': ['a*'] } },
  { 'ForAnyValue:StringNotEquals': { 'aws:TagKeys': ['a', 'b'] } },
  { Null: { 'aws:TagKeys': 'true' } },
  { Null: { 'aws:PrincipalTag/team': 'false' } },
)

const elements = {
  effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
  actions: fc.array(actionText, { minLength: 1, maxLength: 2 }),
  notAction: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  resources: fc.array(resourceText, { minLength: 1, maxLength: 2 }),
  notResource: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  condition: fc.option(conditionBlock, { freq: 3 }),
}
const own = fc.record(elements).map(({ effect, actions, notAction, resources, notResource, condition }) => ({
  Effect: effect,
  [notAction ? 'NotAction' : 'Action']: actions,
  // The simulator takes an unresolved variable in NotResource for a miss of the statement, even one that denies; AWS does not.
  ...(notResource
    ? { NotResource: resources.filter((text) => !text.includes('${')).concat(key) }
    : { Resource: resources }),
  ...(condition ? { Condition: condition } : {}),
}))
const onResource = fc
  .tuple(own, fc.array(principalText, { minLength: 1, maxLength: 3 }), fc.integer({ min: 0, max: 9 }))
  .map(([statement, AWS, pick]) => ({
    ...statement,
    Principal: pick === 0 ? { Service: 'lambda.amazonaws.com' } : { AWS },
  }))
const document = <T>(statement: fc.Arbitrary<T>) =>
  fc.array(statement, { minLength: 1, maxLength: 3 }).map((Statement) => ({ Version: '2012-10-17', Statement }))

const contexts = fc.record(
  {
    'aws:PrincipalTag/team': fc.constantFrom('app', 'web', 'App'),
    'aws:SourceIp': fc.constantFrom('10.0.1.1', '10.200.1.1', '192.0.2.1', '2001:db8::1'),
    'aws:SecureTransport': fc.constantFrom('true', 'false'),
    'aws:CurrentTime': fc.constantFrom('2025-06-01T12:00:00Z', '2026-06-01T00:00:00Z', '2025-01-01T00:00:00Z'),
    'aws:MultiFactorAuthAge': fc.constantFrom('50', '100', '4000'),
    'aws:SourceArn': fc.constantFrom(
      `arn:aws:lambda:us-east-1:${ours}:function:f`,
      `arn:aws:lambda:us-east-1:${theirs}:function:f`,
    ),
    'aws:TagKeys': fc.constantFrom<string[]>(['a'], ['a', 'c'], ['b']),
  },
  { requiredKeys: [] },
)

function compiled(value: unknown, kind: PolicyKind): CompiledPolicy {
  const result = compilePolicy(JSON.stringify(value), kind)
  if ('invalid' in result) throw new Error(JSON.stringify([result.invalid, value]))
  return result.policy
}

const scenario = fc.record({
  caller: fc.constantFrom(...callers),
  target: fc.constantFrom(...targets),
  context: contexts,
  identity: fc.array(document(own), { maxLength: 2 }),
  resource: fc.option(document(onResource), { freq: 3 }),
  boundary: fc.option(document(own), { freq: 2 }),
  session: fc.option(document(own), { freq: 2 }),
  serviceControl: fc.option(document(own), { freq: 2 }),
  resourceControl: fc.option(
    document(
      fc.record({
        Effect: fc.constant('Deny'),
        Principal: fc.constant('*'),
        Action: fc.constantFrom('secretsmanager:GetSecretValue', 'kms:*'),
        Resource: resourceText,
      }),
    ),
    { freq: 2 },
  ),
})

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never

const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }

/** The policies that a caller can have: a service has none, and the root user is the simulator's like a user who may do all. */
function attached({ caller, identity, boundary, session, serviceControl }: Scenario) {
  switch (caller.principal.type) {
    case 'service':
      return { identity: [] }
    case 'root':
      return { identity: [everything], serviceControl }
    case 'user':
      return { identity, boundary, serviceControl }
    default:
      return { identity, boundary, session, serviceControl }
  }
}

/**
 * Two rules of the simulator's are not AWS's published ones, so that requests that meet them are not compared (the account is named
 * instead): it lets a grant to everybody pass boundaries, though only grants to the caller's own ARN do; and it cuts a
 * grant to a session's own ARN by session policies, though such a grant is added after they were applied.
 */
function comparable(resource: Scenario['resource'], limited: boolean): Scenario['resource'] {
  if (!limited) return resource
  const replaced = (text: unknown) => (text === '*' || String(text).startsWith('arn:aws:sts::') ? ours : text)
  return JSON.parse(JSON.stringify(resource), (name, value: unknown) =>
    name === 'AWS' && Array.isArray(value) ? value.map(replaced) : value,
  ) as Scenario['resource']
}

test('decides as an independent simulator does', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (made) => {
      const { caller, target, context } = made
      const { principal } = caller
      const { identity, boundary, session, serviceControl } = attached(made) as Partial<Scenario> & {
        identity: object[]
      }
      const resource = comparable(made.resource, Boolean(boundary ?? session))
      const simulation: Simulation = {
        request: {
          principal: caller.simulated,
          action: target.action,
          resource: { resource: target.resource, accountId: ours },
          contextVariables: context as Record<string, string | string[]>,
        },
        identityPolicies: identity.map((policy, index) => ({ name: `policy-${index}`, policy })),
        serviceControlPolicies: serviceControl
          ? [{ orgIdentifier: 'root', policies: [{ name: 'scp', policy: serviceControl }] }]
          : [],
        resourceControlPolicies: made.resourceControl
          ? [{ orgIdentifier: 'root', policies: [{ name: 'rcp', policy: made.resourceControl }] }]
          : [],
        ...(resource ? { resourcePolicy: resource } : {}),
        ...(boundary ? { permissionBoundaryPolicies: [{ name: 'boundary', policy: boundary }] } : {}),
        ...(session ? { sessionPolicy: session } : {}),
      }
      const simulated = await runSimulation(simulation, {})
      if (simulated.resultType === 'error') throw new Error(JSON.stringify(simulated))
      const lowercased = new Map(Object.entries(context).map(([name, value]) => [name.toLowerCase(), value]))
      const policies: PolicySet = {
        identity: identity.map((policy) => compiled(policy, 'identity')),
        resource: resource ? [compiled(resource, 'resource')] : [],
        boundary: boundary ? compiled(boundary, 'identity') : undefined,
        session: session ? [compiled(session, 'identity')] : undefined,
        serviceControl: serviceControl ? [[compiled(serviceControl, 'control')]] : undefined,
        // The simulator adds the policy that allows everything to each level by itself.
        resourceControl: made.resourceControl
          ? [[compiled(everything, 'control'), compiled(made.resourceControl, 'control')]]
          : undefined,
        resourceMode: target.mode,
      }
      const decision = evaluate(
        {
          principal,
          action: target.action,
          resource: target.resource,
          resourceAccount: ours,
          context: (name) => lowercased.get(name),
        },
        policies,
      )
      expect({ allowed: decision.allowed, decision, simulated: simulated.overallResult }).toMatchObject({
        allowed: simulated.overallResult === 'Allowed',
      })
    }),
    { numRuns: 4000, seed: 20251123 },
  )
})
