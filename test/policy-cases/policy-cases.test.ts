import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type CompiledPolicy, compilePolicy } from '../../src/iam/compile-policy.ts'
import { type Decision, evaluate, type PolicySet } from '../../src/iam/evaluate.ts'
import { explain } from '../../src/iam/explain.ts'
import type { PolicyKind } from '../../src/iam/fault.ts'
import type { RequestPrincipal } from '../../src/iam/principal-match.ts'

/** Statements of one policy, or a whole document where the case is about its version. */
type Policy = readonly object[] | { readonly Version?: string; readonly Statement: readonly object[] }

interface Case {
  readonly case: string
  readonly why: string
  /** A name from `callers`. */
  readonly caller: string
  readonly action: string
  readonly on: string
  readonly resourceAccount?: string
  readonly context?: Readonly<Record<string, string | readonly string[]>>
  readonly mode?: PolicySet['resourceMode']
  readonly kind?: PolicyKind
  readonly identity?: readonly Policy[]
  readonly resource?: readonly Policy[]
  readonly boundary?: Policy
  readonly session?: readonly Policy[]
  readonly serviceControl?: readonly (readonly Policy[])[]
  readonly resourceControl?: readonly (readonly Policy[])[]
  /** `allowed by <side>`, `explicit-deny by <policy type>` or `implicit-deny by <policy type>`. */
  readonly expect: string
}

const ours = '111122223333'

const user = (account: string, name: string): RequestPrincipal => ({
  type: 'user',
  account,
  arn: `arn:aws:iam::${account}:user/${name}`,
  id: `AIDA${name.toUpperCase()}0000`,
})

const session = (account: string, path: string, role: string, name: string): RequestPrincipal => ({
  type: 'role-session',
  account,
  arn: `arn:aws:sts::${account}:assumed-role/${role}/${name}`,
  roleArn: `arn:aws:iam::${account}:role/${path}${role}`,
  roleId: `AROA${role.toUpperCase()}0000`,
  sessionName: name,
})

const callers: Readonly<Record<string, RequestPrincipal>> = {
  bob: user(ours, 'bob'),
  amy: user(ours, 'amy'),
  'their bob': user('444455556666', 'bob'),
  root: { type: 'root', account: ours, arn: `arn:aws:iam::${ours}:root` },
  'their root': { type: 'root', account: '444455556666', arn: 'arn:aws:iam::444455556666:root' },
  app: session(ours, '', 'app', 'one'),
  'app two': session(ours, '', 'app', 'two'),
  job: session(ours, 'batch/', 'job', 'one'),
  'their app': session('444455556666', '', 'app', 'one'),
  guest: {
    type: 'federated-user',
    account: ours,
    arn: `arn:aws:sts::${ours}:federated-user/guest`,
    issuer: { arn: `arn:aws:iam::${ours}:user/bob`, id: 'AIDABOB0000' },
  },
  lambda: { type: 'service', name: 'lambda.amazonaws.com' },
  oidc: { type: 'federated', provider: `arn:aws:iam::${ours}:oidc-provider/id.example.com` },
  google: { type: 'federated', provider: 'accounts.google.com' },
  anonymous: { type: 'anonymous' },
}

function compiled(policy: Policy, kind: PolicyKind): CompiledPolicy {
  const document = 'Statement' in policy ? policy : { Version: '2012-10-17', Statement: policy }
  const result = compilePolicy(JSON.stringify(document), kind)
  if ('invalid' in result) throw new Error(`not a policy: ${JSON.stringify(result.invalid)}`)
  return result.policy
}

function decide(made: Case): { decision: Decision; explained: Decision } {
  const context = new Map(Object.entries(made.context ?? {}).map(([name, value]) => [name.toLowerCase(), value]))
  const control = (levels: Case['serviceControl']) =>
    levels?.map((level) => level.map((policy) => compiled(policy, 'control')))
  const policies: PolicySet = {
    identity: (made.identity ?? []).map((policy) => compiled(policy, 'identity')),
    resource: (made.resource ?? []).map((policy) => compiled(policy, made.kind ?? 'resource')),
    boundary: made.boundary && compiled(made.boundary, 'identity'),
    session: made.session?.map((policy) => compiled(policy, 'identity')),
    serviceControl: control(made.serviceControl),
    resourceControl: control(made.resourceControl),
    resourceMode: made.mode ?? 'grants',
  }
  const principal = callers[made.caller]
  if (principal === undefined) throw new Error(`nobody is called ${made.caller}`)
  const request = {
    principal,
    action: made.action,
    resource: made.on,
    resourceAccount: made.resourceAccount ?? made.on.split(':')[4],
    context: (name: string) => context.get(name),
  }
  return { decision: evaluate(request, policies), explained: explain(request, policies).decision }
}

const words = (decision: Decision) => `${decision.allowed ? 'allowed' : decision.reason} by ${decision.by}`

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.json'))

test.each(files)('%s', (file) => {
  const cases = JSON.parse(readFileSync(`${import.meta.dirname}/${file}`, 'utf8')) as readonly Case[]
  expect(cases.length).toBeGreaterThan(5)
  for (const made of cases) {
    const { decision, explained } = decide(made)
    expect(words(decision), `${made.case}: ${made.why}`).toBe(made.expect)
    expect(explained, made.case).toEqual(decision)
  }
})

test('every case has a name of its own and says why', () => {
  const cases = files.flatMap((file) => JSON.parse(readFileSync(`${import.meta.dirname}/${file}`, 'utf8')) as Case[])
  expect(cases.length).toBeGreaterThan(200)
  expect(new Set(cases.map((made) => made.case)).size).toBe(cases.length)
  expect(cases.filter((made) => made.why.length < 10)).toEqual([])
})
