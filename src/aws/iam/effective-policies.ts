import { type CompiledPolicy, silentPolicy } from '../../iam/compile-policy.ts'
import type { Awaitable, Transaction } from '../../store/store.ts'
import { derivation } from '../../store/table.ts'
import type { CallerPolicies } from '../platform.ts'
import { findPolicies } from './managed-policy.ts'
import { defaultPolicy, inlinePolicies } from './policy-document.ts'
import { type ActorRecord, type EntityRecord, groups, type UserRecord } from './records.ts'
import { tagValues } from './tags.ts'

/** What a user may do: its own policies and those of its groups, within its boundary. */
export function userPolicies(tx: Transaction, user: UserRecord, account: string): Awaitable<CallerPolicies> {
  const own = actorPolicies(tx, user)
  return user.groups.length === 0 ? own : withGroups(tx, user, account, own)
}

async function withGroups(
  tx: Transaction,
  user: UserRecord,
  account: string,
  alone: Awaitable<CallerPolicies>,
): Promise<CallerPolicies> {
  const own = await alone
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

/** What a role, or a user without its groups, may do. */
export function actorPolicies(tx: Transaction, actor: ActorRecord): Awaitable<CallerPolicies> {
  return simplePolicies(actor) ?? manyPolicies(tx, actor)
}

async function manyPolicies(tx: Transaction, actor: ActorRecord): Promise<CallerPolicies> {
  const identity = await entityPolicies(tx, actor)
  const tags = tagValues(actor.tags)
  if (actor.boundary === undefined) return { identity, tags }
  const [boundary] = await findPolicies(tx, [actor.boundary])
  return { identity, tags, boundary: boundary ? defaultPolicy(boundary) : allowsNothing }
}

/** The inline and attached policies of one entity. */
export async function entityPolicies(tx: Transaction, entity: EntityRecord): Promise<readonly CompiledPolicy[]> {
  const inline = inlinePolicies(entity)
  if (entity.attached.length === 0) return inline
  const attached = await findPolicies(tx, entity.attached)
  return [...inline, ...attached.map(defaultPolicy)]
}

/** For a boundary that is gone: a limit that cannot be read limits everything. */
const allowsNothing = silentPolicy('identity')
