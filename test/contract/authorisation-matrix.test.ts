import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Call } from '../../src/aws/call.ts'
import { openIdentities } from '../../src/aws/identities/open-identities.ts'
import { explainedPrincipal } from '../../src/aws/keyturn/explained-principal.ts'
import { askedRequest } from '../../src/aws/keyturn/explained-request.ts'
import type { Operation } from '../../src/aws/operation.ts'
import type { Service } from '../../src/aws/service.ts'
import { evaluate } from '../../src/iam/evaluate.ts'
import { awsServices } from '../../src/server.ts'
import { type Harness, openHarness } from '../harness.ts'
import { account, arnOf, makeAll, roles, type Side } from './authorisation-roles.ts'

const management = '111111111111'

let harness: Harness
let made: Readonly<Record<Side, Readonly<Record<string, string>>>>
beforeAll(async () => {
  harness = await openHarness(awsServices, {
    identities: ({ clock }) => openIdentities({ clock, dev: true, managementAccount: management }),
    dev: true,
  })
  made = await makeAll(harness)
})
afterAll(() => harness.close())

const inIam = (type: string) => (side: Side) => `arn:aws:iam::${account}:${type}/${side}-${type}`
const anywhere = (type: string) => (side: Side) => `arn:aws:rolesanywhere:us-east-1:${account}:${type}/${side}`

/** Where a kind of resource is, by its name in the service reference. Those with policies of their own really are there. */
const resources: Readonly<Record<string, (side: Side) => string>> = {
  Secret: (side) => made[side]['Secret'] as string,
  key: (side) => made[side]['key'] as string,
  parameter: (side) => `arn:aws:ssm:us-east-1:${account}:parameter/${side}/db`,
  servicesetting: () => `arn:aws:ssm:us-east-1:${account}:servicesetting/ssm/parameter-store/high-throughput-enabled`,
  function: (side) => `arn:aws:lambda:us-east-1:${account}:function:${side}-function`,
  user: (side) => `arn:aws:iam::${account}:user/${side}-user`,
  role: (side) => `arn:aws:iam::${account}:role/${side}-role`,
  group: inIam('group'),
  policy: inIam('policy'),
  mfa: inIam('mfa'),
  'instance-profile': inIam('instance-profile'),
  'oidc-provider': (side) => `arn:aws:iam::${account}:oidc-provider/${side}.example.com`,
  'saml-provider': inIam('saml-provider'),
  'federated-user': (side) => `arn:aws:sts::${account}:federated-user/${side}`,
  'trust-anchor': anywhere('trust-anchor'),
  profile: anywhere('profile'),
  subject: anywhere('subject'),
  crl: anywhere('crl'),
  server: () => `arn:aws:keyturn::${management}:server`,
  account: () => `arn:aws:keyturn::${account}:account`,
}

/** Keyturn's own operations have no published reference: those that are not on the server itself. */
const ofOurOwn: Readonly<Record<string, string>> = { ExplainAccess: 'account', GetRotationStatus: 'Secret' }

interface Action {
  readonly resources?: readonly { readonly type: string; readonly required: boolean }[]
}

/** The resource that an operation is asked about: of the first type that there is here, those that it requires before others. */
function resourceOf(
  service: Service,
  operation: Operation,
): { readonly type: string; readonly arn: (side: Side) => string } {
  if (service.name === 'keyturn') {
    const type = ofOurOwn[operation.name] ?? 'server'
    return { type, arn: resources[type] as (side: Side) => string }
  }
  const { resources: listed = [] } = (service.authorization.actions[actionOf(operation)] ?? {}) as Action
  const known = listed.filter(({ type }) => Object.hasOwn(resources, type))
  const { type } = known.find(({ type: one, required }) => required && one !== 'alias') ?? known[0] ?? {}
  return type === undefined ? { type: '*', arn: () => '*' } : { type, arn: resources[type] as (side: Side) => string }
}

function actionOf({ action }: Operation): string {
  return action.slice(action.indexOf(':') + 1)
}

async function mayDo(principal: string, action: string, resourceArn: string): Promise<boolean> {
  const { store, platform, clock } = harness
  const call: Call = {
    requestId: 'matrix',
    caller: harness.root(management),
    region: 'us-east-1',
    now: clock.now(),
    sourceIp: '127.0.0.1',
    userAgent: 'matrix',
    tls: undefined,
    moment: await store.look(),
    via: [],
  }
  return store.transaction(async (tx) => {
    const savepoint = tx.savepoint()
    const caller = await explainedPrincipal(tx, principal, call.now, platform)
    const question = { caller, action, resourceArn, context: new Map<string, readonly string[]>() }
    const { request, policies } = await askedRequest(question, { tx, call, platform })
    savepoint.undo()
    return evaluate(request, policies).allowed
  })
}

async function cellOf(principal: string, service: Service, operation: Operation): Promise<string> {
  if (operation.spec.action === 'none') return 'open'
  const { type, arn } = resourceOf(service, operation)
  const app = await mayDo(principal, operation.action, arn('app'))
  const other = arn('other') === arn('app') ? app : await mayDo(principal, operation.action, arn('other'))
  if (app && other) return type === '*' ? 'yes' : 'all'
  return app ? 'app' : other ? 'other' : '·'
}

const introduction = `# Who may do what

A test keeps this table (\`authorisation-matrix.test.ts\`; \`vitest run authorisation-matrix --update\` writes it anew). Each row is an operation with the type of resource
that it is asked about, each column somebody:

${roles.map(({ name, about }) => `- **${name}** ${about}.`).join('\n')}

The resources are those of one account, two of each type. \`all\`: both. \`app\`: the one that belongs to the application. \`yes\`: an operation
without a resource, in one's own account. \`open\`: an operation that everybody may call and that decides by other means. \`·\`: denied.
`

test('the table of who may do what is as it was reviewed', async () => {
  let table = introduction
  for (const service of awsServices) {
    table += `\n## ${service.name}\n\n| operation | on | ${roles.map(({ name }) => name).join(' | ')} |\n`
    table += `| --- | --- |${' --- |'.repeat(roles.length)}\n`
    for (const [name, operation] of [...service.operations].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const cells: string[] = []
      for (const role of roles) cells.push(await cellOf(arnOf(role), service, operation))
      const shown = actionOf(operation) === name || cells[0] === 'open' ? name : `${name} (${actionOf(operation)})`
      table += `| ${shown} | ${resourceOf(service, operation).type} | ${cells.join(' | ')} |\n`
    }
  }
  await expect(table).toMatchFileSnapshot('./authorisation-matrix.md')
})

test('whoever has no policy may do nothing, and a stranger no more than the policies of resources say', async () => {
  const [nobody, stranger] = ['nobody', 'foreign-admin'].map((name) => roles.find((role) => role.name === name))
  for (const service of awsServices) {
    for (const operation of service.operations.values()) {
      if (operation.spec.action === 'none') continue
      const { type, arn } = resourceOf(service, operation)
      expect([operation.action, await mayDo(arnOf(nobody as never), operation.action, arn('app'))]).toEqual([
        operation.action,
        false,
      ])
      if (type === '*') continue
      expect([operation.action, await mayDo(arnOf(stranger as never), operation.action, arn('app'))]).toEqual([
        operation.action,
        false,
      ])
    }
  }
})
