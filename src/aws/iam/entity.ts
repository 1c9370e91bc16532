import type { Transaction } from '../../store/store.ts'
import type { Table } from '../../store/table.ts'
import { partitionOf } from '../partition.ts'
import type { Quotas } from '../quotas.ts'
import type { Finding } from '../operation.ts'
import type { Resource, ResourceFacts } from '../resource.ts'
import type { Tag } from '../tags.ts'
import { type AccountCounts, count, countsOf } from './accounts.ts'
import { entityExists, entityNotFound, type Noun, tooManyEntities } from './messages.ts'
import {
  type EntityRecord,
  type GroupRecord,
  groups,
  principalIds,
  type RoleRecord,
  roles,
  type UserRecord,
  users,
} from './records.ts'
import { tagValues } from './tags.ts'

/** A kind of thing that policies can be attached to. */
export interface EntityKind<R extends EntityRecord> {
  readonly noun: Noun
  readonly table: Table<R>
  readonly counter: keyof AccountCounts
  /** The most characters of all its inline policies together, white space not counted (IAM user guide, «IAM and AWS STS quotas»). */
  readonly inlineCharacters: number
  most(quotas: Quotas): number
}

export const userKind: EntityKind<UserRecord> = {
  noun: 'user',
  table: users,
  counter: 'users',
  inlineCharacters: 2048,
  most: (quotas) => quotas.usersPerAccount,
}

export const roleKind: EntityKind<RoleRecord> = {
  noun: 'role',
  table: roles,
  counter: 'roles',
  inlineCharacters: 10_240,
  most: (quotas) => quotas.rolesPerAccount,
}

const groupsPerAccount = 300

export const groupKind: EntityKind<GroupRecord> = {
  noun: 'group',
  table: groups,
  counter: 'groups',
  inlineCharacters: 5120,
  most: () => groupsPerAccount,
}

/** The ARN of something of IAM in the caller's account and partition; `path` begins and ends with a slash. */
export function iamArn(
  { caller, region }: Finding['call'],
  type: 'user' | 'role' | 'group' | 'policy' | 'instance-profile',
  path: string,
  name: string,
): string {
  return `arn:${partitionOf(region)}:iam::${caller.account}:${type}${path}${name}`
}

/** An entity of the caller's account by its name, in whichever case. */
export async function entityNamed<R extends EntityRecord>(
  kind: EntityKind<R>,
  name: string,
  { tx, call }: Finding,
): Promise<Resource<R>> {
  const { account } = call.caller
  const record = await kind.table.get(tx, account, name.toLowerCase())
  if (record) return { ...factsOf(record, account), record }
  return { arn: iamArn(call, kind.noun, '/', name), account, missing: entityNotFound(kind.noun, name) }
}

export function factsOf(record: EntityRecord & { readonly tags?: readonly Tag[] }, account: string): ResourceFacts {
  return { arn: record.arn, account, ...(record.tags && { tags: tagValues(record.tags) }) }
}

/** What an entity that does not exist yet is authorised as. */
export function entityToCome(
  noun: Noun,
  { path = '/', name }: { readonly path?: string | undefined; readonly name: string },
  { call }: Finding,
): Resource<undefined> {
  return { arn: iamArn(call, noun, path, name), account: call.caller.account, record: undefined }
}

/** Stores a new entity, unless its name or its quota is used up. */
export async function addEntity<R extends EntityRecord>(
  kind: EntityKind<R>,
  record: R,
  { tx, call, platform }: Finding,
): Promise<void> {
  const { account } = call.caller
  if (await kind.table.get(tx, account, record.name.toLowerCase())) throw entityExists(kind.noun, record.name)
  const most = kind.most(platform.quotas)
  if ((await countsOf(tx, account))[kind.counter] >= most) throw tooManyEntities(kind.noun, most)
  await count(tx, account, kind.counter, 1)
  if (kind.noun !== 'group') principalIds.put(tx, { account }, record.id)
  saveEntity(kind, record, { tx, call })
}

export function saveEntity<R extends EntityRecord>(
  kind: EntityKind<R>,
  record: R,
  { tx, call }: Pick<Finding, 'tx' | 'call'>,
): void {
  kind.table.put(tx, record, call.caller.account, record.name.toLowerCase())
}

export async function removeEntity<R extends EntityRecord>(
  kind: EntityKind<R>,
  record: R,
  { tx, call }: { readonly tx: Transaction; readonly call: Finding['call'] },
): Promise<void> {
  kind.table.delete(tx, call.caller.account, record.name.toLowerCase())
  principalIds.delete(tx, record.id)
  await count(tx, call.caller.account, kind.counter, -1)
}
