import { AssertionFailure } from '../../base/assert.ts'
import type { CompiledPolicy } from '../../iam/compile-policy.ts'
import type { Transaction } from '../../store/store.ts'
import { derivation } from '../../store/table.ts'
import type { Caller } from '../call.ts'
import { awsManagedPolicy } from '../iam/aws-managed.ts'
import { findPolicies } from '../iam/managed-policy.ts'
import { defaultPolicy, inlinePolicies } from '../iam/policy-document.ts'
import { type ActorRecord, type EntityRecord, groups, roles, type UserRecord, users } from '../iam/records.ts'
import { tagValues } from '../iam/tags.ts'
import type { CallerPolicies } from '../platform.ts'

const noPolicies: CallerPolicies = { identity: [], tags: {} }

/** The policies of a caller as they stand now; nothing where the principal is no more. */
export async function callerPolicies(tx: Transaction, caller: Caller): Promise<CallerPolicies | undefined> {
  const { principal, account } = caller
  switch (principal.type) {
    case 'user': {
      const user = await users.get(tx, account, (caller.userName as string).toLowerCase())
      return user?.id === principal.id ? userPolicies(tx, user, account) : undefined
    }
    case 'role-session': {
      const { roleArn, roleId } = principal
      const role = await roles.get(tx, account, roleArn.slice(roleArn.lastIndexOf('/') + 1).toLowerCase())
      return role?.id === roleId ? withSessionTags(await actorPolicies(tx, role), caller) : undefined
    }
    case 'federated-user':
      return issuerPolicies(tx, principal.issuer, account)
    default:
      return noPolicies
  }
}

async function userPolicies(tx: Transaction, user: UserRecord, account: string): Promise<CallerPolicies> {
  const own = await actorPolicies(tx, user)
  if (user.groups.length === 0) return own
  const identity = [...own.identity]
  const found = await groups.getAll(
    tx,
    user.groups.map((name) => [account, name]),
  )
  for (const group of found) if (group) identity.push(...(await entityPolicies(tx, group)))
  return { ...own, identity }
}

/** What an actor has without reading any more than its record: most have inline policies only. */
const simplePolicies = derivation((actor: ActorRecord): CallerPolicies | undefined => {
  const simple = actor.attached.length === 0 && actor.boundary === undefined
  return simple ? { identity: inlinePolicies(actor), tags: tagValues(actor.tags) } : undefined
})

async function actorPolicies(tx: Transaction, actor: ActorRecord): Promise<CallerPolicies> {
  const simple = simplePolicies(actor)
  if (simple) return simple
  const identity = await entityPolicies(tx, actor)
  const tags = tagValues(actor.tags)
  if (actor.boundary === undefined) return { identity, tags }
  const [boundary] = await findPolicies(tx, [actor.boundary])
  return { identity, tags, boundary: boundary ? defaultPolicy(boundary) : allowsNothing }
}

async function entityPolicies(tx: Transaction, entity: EntityRecord): Promise<readonly CompiledPolicy[]> {
  const inline = inlinePolicies(entity)
  if (entity.attached.length === 0) return inline
  const attached = await findPolicies(tx, entity.attached)
  return [...inline, ...attached.map(defaultPolicy)]
}

/** For a boundary that is gone: a limit that cannot be read limits everything. */
const allowsNothing: CompiledPolicy = {
  kind: 'identity',
  name: undefined,
  document: '',
  version: '2012-10-17',
  id: undefined,
  statements: [],
  candidates: () => ({ denies: [], allows: [] }),
}

/** A session's tags stand in place of the role's own with the same key, in whichever case. */
function withSessionTags(policies: CallerPolicies, { session }: Caller): CallerPolicies {
  const keys = Object.keys(session?.tags ?? {})
  if (keys.length === 0) return policies
  const hidden = new Set(keys.map((key) => key.toLowerCase()))
  const tags: Record<string, string> = Object.create(null)
  for (const [key, value] of Object.entries(policies.tags)) if (!hidden.has(key.toLowerCase())) tags[key] = value
  return { ...policies, tags }
}

async function issuerPolicies(
  tx: Transaction,
  { arn, id }: { readonly arn: string; readonly id?: string },
  account: string,
): Promise<CallerPolicies | undefined> {
  if (id === undefined) return { identity: [everything()], tags: {} }
  const user = await users.get(tx, account, arn.slice(arn.lastIndexOf('/') + 1).toLowerCase())
  return user?.id === id ? userPolicies(tx, user, account) : undefined
}

/** What a root user may do, for those whom it vouches for. */
function everything(): CompiledPolicy {
  const policy = awsManagedPolicy('arn:aws:iam::aws:policy/AdministratorAccess')
  if (!policy) throw new AssertionFailure('AdministratorAccess is there')
  return defaultPolicy(policy)
}
