import { uuid } from '../../base/ids.ts'
import type { Table } from '../../store/table.ts'
import type { Finding } from '../operation.ts'
import { partitionOf } from '../partition.ts'
import type { Resource, ResourceFacts } from '../resource.ts'
import { tagValues } from '../tags.ts'
import { notFound, tooMany } from './messages.ts'
import {
  type AnyRecord,
  counts,
  type CrlRecord,
  crls,
  type ProfileRecord,
  profiles,
  type SubjectRecord,
  subjects,
  type TrustAnchorRecord,
  trustAnchors,
} from './records.ts'
import { newTags } from './tags.ts'

/** A kind of resource of this service. */
export interface Kind<R extends AnyRecord> {
  /** As ARNs have it. */
  readonly noun: string
  readonly table: Table<R>
  readonly type: string
  /** How many a region of an account may have (user guide, «endpoints and quotas»). */
  readonly most: number
}

export const trustAnchorKind: Kind<TrustAnchorRecord> = {
  noun: 'trust-anchor',
  table: trustAnchors,
  type: 'AWS::RolesAnywhere::TrustAnchor',
  most: 50,
}

export const profileKind: Kind<ProfileRecord> = {
  noun: 'profile',
  table: profiles,
  type: 'AWS::RolesAnywhere::Profile',
  most: 250,
}

/** Two for each of the trust anchors. */
export const crlKind: Kind<CrlRecord> = { noun: 'crl', table: crls, type: 'AWS::RolesAnywhere::CRL', most: 100 }

export const subjectKind: Kind<SubjectRecord> = {
  noun: 'subject',
  table: subjects,
  type: 'AWS::RolesAnywhere::Subject',
  most: Infinity,
}

export const kinds: readonly Kind<AnyRecord>[] = [
  trustAnchorKind as Kind<never>,
  profileKind as Kind<never>,
  crlKind as Kind<never>,
  subjectKind as Kind<never>,
]

export function arnOf(
  kind: Pick<Kind<never>, 'noun'>,
  { account, region, id }: Pick<AnyRecord, 'account' | 'region' | 'id'>,
) {
  return `arn:${partitionOf(region)}:rolesanywhere:${region}:${account}:${kind.noun}/${id}`
}

export function factsOf<R extends AnyRecord>(kind: Kind<R>, record: R): ResourceFacts {
  return { arn: arnOf(kind, record), account: record.account, type: kind.type, tags: tagValues(record.tags) }
}

/** Something of the caller's account and region by its id. */
export async function withId<R extends AnyRecord>(
  kind: Kind<R>,
  id: string,
  { tx, call }: Finding,
): Promise<Resource<R>> {
  const place = { account: call.caller.account, region: call.region, id }
  const record = await kind.table.get(tx, place.account, place.region, id)
  if (record) return { ...factsOf(kind, record), record }
  return { arn: arnOf(kind, place), account: place.account, type: kind.type, missing: notFound(kind.noun, id) }
}

/** What an operation without a resource of its own is on: the account. */
export function callersAccount(_input: unknown, { call }: Finding): Resource<undefined> {
  return { arn: '*', account: call.caller.account, record: undefined }
}

type Common = 'id' | 'account' | 'region' | 'createdAt' | 'updatedAt' | 'tags'

/** Keeps a new record. */
export async function add<R extends AnyRecord>(
  kind: Kind<R>,
  members: Omit<R, Common>,
  tags: Parameters<typeof newTags>[1],
  { tx, call }: Finding,
): Promise<R> {
  const { account } = call.caller
  const place = [account, call.region, kind.noun]
  const count = (await counts.get(tx, ...place))?.count ?? 0
  if (count >= kind.most) throw tooMany(kind.noun, kind.most)
  counts.put(tx, { count: count + 1 }, ...place)
  const common = { id: uuid(), account, region: call.region, createdAt: call.now, updatedAt: call.now }
  const record = { ...common, tags: newTags([], tags), ...members } as unknown as R
  kind.table.put(tx, record, account, call.region, record.id)
  return record
}

/** Keeps a record with some members changed. */
export function change<R extends AnyRecord>(kind: Kind<R>, record: R, members: Partial<R>, { tx, call }: Finding): R {
  const changed = { ...record, ...members, updatedAt: call.now }
  kind.table.put(tx, changed, record.account, record.region, record.id)
  return changed
}

export async function remove<R extends AnyRecord>(kind: Kind<R>, record: R, { tx }: Finding): Promise<R> {
  const { account, region, id } = record
  kind.table.delete(tx, account, region, id)
  const count = (await counts.get(tx, account, region, kind.noun))?.count ?? 1
  counts.put(tx, { count: count - 1 }, account, region, kind.noun)
  return record
}
