import { table } from '../../store/table.ts'
import type { Tag } from '../tags.ts'

export interface InlinePolicy {
  readonly name: string
  readonly document: string
}

/** What users, groups and roles have in common. */
export interface EntityRecord {
  readonly name: string
  readonly path: string
  /** The unique id: a name may be used again, this never is. */
  readonly id: string
  readonly arn: string
  /** Milliseconds since 1970, here and in all records. */
  readonly createdAt: number
  /** In the order of their names. */
  readonly inline: readonly InlinePolicy[]
  /** ARNs of managed policies, in the order of attaching. */
  readonly attached: readonly string[]
}

/** An entity that acts: it has tags, and may have a boundary. */
export interface ActorRecord extends EntityRecord {
  readonly tags: readonly Tag[]
  /** The ARN of the managed policy that limits it. */
  readonly boundary?: string
}

export interface UserRecord extends ActorRecord {
  /** Ids of its access keys. */
  readonly accessKeys: readonly string[]
  /** Its groups, by name in lower case. */
  readonly groups: readonly string[]
  /** Serial numbers of its second factors. */
  readonly mfaDevices: readonly string[]
}

export interface RoleRecord extends ActorRecord {
  /** The trust policy as it was given. */
  readonly trust: string
  /** The unique ids that the principals of the trust policy had when it was given: nobody made anew under a name is trusted. */
  readonly trusted: readonly { readonly arn: string; readonly id: string }[]
  readonly description?: string
  readonly maxSessionSeconds: number
  /** Instance profiles that hold it, by name in lower case. */
  readonly instanceProfiles: readonly string[]
}

export interface GroupRecord extends EntityRecord {
  /** How many users are in it; the users themselves say which. */
  readonly members: number
}

export interface PolicyVersionRecord {
  /** `v1` and so on. */
  readonly id: string
  readonly document: string
  readonly createdAt: number
}

export interface PolicyRecord {
  readonly name: string
  readonly path: string
  readonly id: string
  readonly arn: string
  readonly description?: string
  readonly tags: readonly Tag[]
  readonly createdAt: number
  readonly updatedAt: number
  readonly defaultVersion: string
  /** Newest first. */
  readonly versions: readonly PolicyVersionRecord[]
  /** The number of the newest version there ever was. */
  readonly lastVersion: number
}

/** How often a managed policy is used in an account. */
export interface PolicyUsage {
  readonly attachments: number
  readonly boundaries: number
}

/** One use of a managed policy, so that its users can be listed. */
export interface PolicyUse {
  readonly name: string
  readonly id: string
}

export type KeyHolder =
  | { readonly type: 'root' }
  | { readonly type: 'user'; readonly name: string; readonly id: string }

export interface AccessKeyRecord {
  readonly id: string
  readonly account: string
  readonly holder: KeyHolder
  readonly secret: string
  readonly active: boolean
  readonly createdAt: number
}

/** Names in lower case are the last segment of a key, because names that differ in case only are the same name. */
export const users = table<UserRecord>({ name: 'iam/user', version: 1 })
export const groups = table<GroupRecord>({ name: 'iam/group', version: 1 })
/** By account, group and user: who is in a group, for lists. What counts is each user's own `groups`. */
export const groupMembers = table<{ readonly name: string }>({ name: 'iam/group-member', version: 1 })
export const roles = table<RoleRecord>({ name: 'iam/role', version: 1 })
export const policies = table<PolicyRecord>({ name: 'iam/policy', version: 1 })
/** The account of each user and role, by its unique id. */
export const principalIds = table<{ readonly account: string }>({ name: 'iam/principal-id', version: 1 })
/** By account and ARN. */
export const policyUsages = table<PolicyUsage>({ name: 'iam/policy-usage', version: 1 })
/** By account, ARN, kind of use, kind of entity and name. */
export const policyUses = table<PolicyUse>({ name: 'iam/policy-use', version: 1 })
/** By id. */
export const accessKeys = table<AccessKeyRecord>({ name: 'iam/access-key', version: 1 })
