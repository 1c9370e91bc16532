import { table } from '../../store/table.ts'
import type { InstanceProfile } from '../models/iam.ts'
import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import type { Tag } from '../tags.ts'
import { iamArn } from './entity.ts'
import { instanceProfileNotFound } from './messages.ts'
import { roles, type RoleRecord } from './records.ts'
import { createdRole } from './role.ts'
import { tagValues, wireTags } from './tags.ts'

/** What hands a role to a machine. */
export interface InstanceProfileRecord {
  readonly name: string
  readonly path: string
  readonly id: string
  readonly arn: string
  readonly createdAt: number
  readonly tags: readonly Tag[]
  /** The name of its role in lower case; it has one at most. */
  readonly role?: string
}

/** By account and name in lower case. */
export const instanceProfiles = table<InstanceProfileRecord>({ name: 'iam/instance-profile', version: 1 })

/** Rule for operations on an instance profile that is named. */
export async function instanceProfileNamed(
  { InstanceProfileName: name }: { readonly InstanceProfileName: string },
  { tx, call }: Finding,
): Promise<Resource<InstanceProfileRecord>> {
  const { account } = call.caller
  const record = await instanceProfiles.get(tx, account, name.toLowerCase())
  if (record) return { arn: record.arn, account, tags: tagValues(record.tags), record }
  return { arn: iamArn(call, 'instance-profile', '/', name), account, missing: instanceProfileNotFound(name) }
}

export function saveInstanceProfile(record: InstanceProfileRecord, { tx, call }: Pick<Finding, 'tx' | 'call'>): void {
  instanceProfiles.put(tx, record, call.caller.account, record.name.toLowerCase())
}

/** An instance profile as answers show it, with its role. */
export async function wireInstanceProfile(
  profile: InstanceProfileRecord,
  finding: Finding,
  { withTags = false } = {},
): Promise<InstanceProfile> {
  const { tx, call } = finding
  const role = profile.role === undefined ? undefined : await roles.get(tx, call.caller.account, profile.role)
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: profile.arn,
    CreateDate: profile.createdAt,
    Roles: role ? [await roleOfProfile(role, finding)] : [],
    ...(withTags && profile.tags.length > 0 && { Tags: wireTags(profile.tags) }),
  }
}

/** Roles within instance profiles come without tags and boundary. */
function roleOfProfile(role: RoleRecord, finding: Finding) {
  const { boundary: _boundary, ...rest } = role
  return createdRole({ ...rest, tags: [] }, finding)
}
