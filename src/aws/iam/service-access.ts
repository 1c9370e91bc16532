import type { CompiledPolicy } from '../../iam/compile-policy.ts'
import type { ServiceLastAccessed } from '../models/iam.ts'
import type { Finding } from '../operation.ts'
import { findLastUses } from './last-use.ts'
import { findPolicy } from './managed-policy.ts'
import { invalidSimulation } from './messages.ts'
import { defaultPolicy } from './policy-document.ts'
import { type EntityRecord, groupMembers, groups, policyUses, roles, users } from './records.ts'
import { policySource, sourcePolicies } from './simulated-policies.ts'

/** The services that are there to be used, by the names that policies and signatures give them. */
const services: readonly (readonly [namespace: string, name: string])[] = [
  ['cloudtrail', 'AWS CloudTrail'],
  ['iam', 'AWS Identity and Access Management'],
  ['kms', 'AWS Key Management Service'],
  ['lambda', 'AWS Lambda'],
  ['secretsmanager', 'AWS Secrets Manager'],
  ['ssm', 'AWS Systems Manager'],
  ['sts', 'AWS Security Token Service'],
]

/** Who acts with the permissions of an entity: itself, a group's users, or all to whom a policy is attached. */
interface Actors {
  readonly policies: readonly CompiledPolicy[]
  readonly actors: readonly Actor[]
}

export interface Actor {
  readonly type: 'USER' | 'ROLE'
  readonly id: string
  readonly arn: string
  readonly name: string
  readonly path: string
}

/** The services that an entity's policies let it use, with who of it used each last, and when. */
export async function servicesAccessed(arn: string, finding: Finding): Promise<readonly ServiceLastAccessed[]> {
  const { policies, actors } = await actorsOf(arn, finding)
  const uses = await Promise.all(
    actors.map(async (actor) => ({ actor, uses: await findLastUses(finding.tx, actor.id) })),
  )
  return services
    .filter(([namespace]) => policies.some((policy) => speaksOf(policy, namespace)))
    .map(([ServiceNamespace, ServiceName]) => {
      const all = uses.flatMap(({ actor, uses: each }) =>
        each.filter(({ service }) => service === ServiceNamespace).map((use) => ({ actor, use })),
      )
      const last = all.toSorted((a, b) => b.use.at - a.use.at)[0]
      return {
        ServiceName,
        ServiceNamespace,
        TotalAuthenticatedEntities: all.length,
        ...(last && {
          LastAuthenticated: last.use.at,
          LastAuthenticatedEntity: last.actor.arn,
          LastAuthenticatedRegion: last.use.region,
        }),
      }
    })
}

/** Who of an entity used a service, and when. */
export async function whoAccessed(
  arn: string,
  namespace: string,
  finding: Finding,
): Promise<readonly { readonly actor: Actor; readonly at: number | undefined }[]> {
  const { actors } = await actorsOf(arn, finding)
  return Promise.all(
    actors.map(async (actor) => {
      const uses = await findLastUses(finding.tx, actor.id)
      return { actor, at: uses.find(({ service }) => service === namespace)?.at }
    }),
  )
}

/** Whether a policy allows anything of a service. */
export function speaksOf({ statements }: CompiledPolicy, namespace: string): boolean {
  return statements.some(
    ({ effect, action }) =>
      effect === 'Allow' &&
      (action.not || action.values.some((value) => speaksOfService(value.toLowerCase(), namespace))),
  )
}

function speaksOfService(action: string, namespace: string): boolean {
  return action.startsWith('*') || action.startsWith(`${namespace}:`)
}

/** More than one answer should look into. */
const mostActors = 1000

async function actorsOf(arn: string, finding: Finding): Promise<Actors> {
  if (arn.includes(':policy/')) {
    const policy = await findPolicy(finding.tx, arn)
    if (!policy) throw invalidSimulation(`Invalid Entity Arn: ${arn} does not exist.`)
    return { policies: [defaultPolicy(policy)], actors: await usersOfPolicy(arn, finding) }
  }
  const source = await policySource({ PolicySourceArn: arn }, finding)
  if ('missing' in source) throw source.missing
  const { identity } = await sourcePolicies(source.record, finding)
  const { type, record } = source.record
  if (type === 'group') return { policies: identity, actors: await membersOf(record.name.toLowerCase(), finding) }
  return { policies: identity, actors: [actorOf(type === 'user' ? 'USER' : 'ROLE', record)] }
}

function actorOf(type: Actor['type'], { id, arn, name, path }: EntityRecord): Actor {
  return { type, id, arn, name, path }
}

async function membersOf(group: string, { tx, call }: Finding): Promise<readonly Actor[]> {
  const { account } = call.caller
  const rows = await groupMembers.range(tx, { under: [account, group], limit: mostActors })
  const found = await users.getAll(
    tx,
    rows.map(({ segments }) => [account, segments[2] as string]),
  )
  return found.flatMap((user) => (user ? [actorOf('USER', user)] : []))
}

async function usersOfPolicy(arn: string, finding: Finding): Promise<readonly Actor[]> {
  const { tx, call } = finding
  const { account } = call.caller
  const rows = await policyUses.range(tx, { under: [account, arn, 'PermissionsPolicy'], limit: mostActors })
  const actors = new Map<string, Actor>()
  for (const { segments } of rows) {
    const [, , , noun, row = ''] = segments
    const found =
      noun === 'group'
        ? (await groups.get(tx, account, row)) && (await membersOf(row, finding))
        : await actorNamed(noun === 'user' ? 'USER' : 'ROLE', row, finding)
    for (const actor of found ?? []) actors.set(actor.id, actor)
  }
  return [...actors.values()].slice(0, mostActors)
}

async function actorNamed(type: Actor['type'], row: string, { tx, call }: Finding): Promise<readonly Actor[]> {
  const record = await (type === 'USER' ? users : roles).get(tx, call.caller.account, row)
  return record ? [actorOf(type, record)] : []
}
