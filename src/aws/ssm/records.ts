import { table } from '../../store/table.ts'
import type { ParameterType } from '../models/ssm.ts'
import type { Tag } from '../tags.ts'
import { keySegments } from './name.ts'

/** What is done with a parameter in time; durations are milliseconds. */
export type PolicyRule =
  | { readonly type: 'Expiration'; readonly at: number }
  | { readonly type: 'ExpirationNotification'; readonly before: number }
  | { readonly type: 'NoChangeNotification'; readonly after: number }

/** A rule as it was given, and whether it has been carried out. */
export interface PolicyRecord {
  readonly text: string
  readonly rule: PolicyRule
  readonly status: 'Pending' | 'Finished'
  readonly createdAt: number
}

export type StoredTier = 'Standard' | 'Advanced'

/** How a SecureString is encrypted: under the KMS key itself, or under a data key of it. */
export interface EncryptionRecord {
  readonly form: 'direct' | 'envelope'
  /** As it was given. */
  readonly keyId: string
}

/** One version of a parameter. Times are milliseconds since 1970. */
export interface VersionRecord {
  readonly version: number
  readonly type: ParameterType
  /** Of a SecureString the ciphertext, in base64: what is answered to whoever does not ask for decryption. */
  readonly value: string
  readonly encryption?: EncryptionRecord | undefined
  readonly modifiedAt: number
  /** The ARN of who put it. */
  readonly modifiedBy: string
  readonly description?: string | undefined
  readonly allowedPattern?: string | undefined
  readonly tier: StoredTier
  readonly dataType: string
  readonly policies: readonly PolicyRecord[]
}

/** A policy that shares a parameter with other accounts. */
export interface ShareRecord {
  readonly id: string
  readonly hash: string
  readonly document: string
}

/** A parameter with its newest version; those before it are rows of their own. */
export interface ParameterRecord {
  readonly account: string
  readonly region: string
  /** As it was made: a name of one level may lack its slash. */
  readonly name: string
  readonly current: VersionRecord
  /** The number of the oldest version that is kept; all between it and the current one are. */
  readonly oldest: number
  /** In the order of attachment. A label is on one version. */
  readonly labels: readonly (readonly [label: string, version: number])[]
  readonly tags: readonly Tag[]
  readonly shares: readonly ShareRecord[]
}

/** Keys: account, region, and the name in the order of the hierarchy (see `keySegments`). */
export const parameters = table<ParameterRecord>({ name: 'ssm/parameter', version: 1 })

/** Versions before the current one. Keys: account, region, path, number. */
export const formerVersions = table<VersionRecord>({ name: 'ssm/version', version: 1 })

/** What else one account has let another see. Keys: the other's account, region, owner, name as for `parameters`. */
export const sharedWith = table<{ readonly path: string }>({ name: 'ssm/shared', version: 1 })

export interface SettingRecord {
  readonly value: string
  readonly modifiedAt: number
  readonly modifiedBy: string
}

/** Settings that are not as AWS sets them. Keys: account, region, id. */
export const settings = table<SettingRecord>({ name: 'ssm/setting', version: 1 })

export function parameterKey(account: string, region: string, path: string): readonly string[] {
  return [account, region, ...keySegments(path)]
}

export function formerKey(account: string, region: string, path: string, version: number): readonly string[] {
  return [account, region, path, String(version).padStart(12, '0')]
}
