import { table } from '../../store/table.ts'
import type { BoundPrincipal } from '../bound-principals.ts'
import type { Tag } from '../tags.ts'
import type { Stages } from './stages.ts'

/** How a secret is rotated; `lambdaArn` and `rules` stay when rotation is turned off. */
export interface RotationRecord {
  readonly enabled: boolean
  readonly lambdaArn?: string | undefined
  readonly rules?: RotationRulesRecord | undefined
  /** When the rules were set. */
  readonly since?: number | undefined
  /** From when on the next rotation is counted: the last one, a new value put by hand, or when the rules were set. */
  readonly countedFrom?: number | undefined
  /** Days between windows, as computed from a schedule at the last rotation. */
  readonly scheduledDays?: number | undefined
  readonly lastRotatedAt?: number | undefined
  /** The last second of the window in which it will happen. */
  readonly nextRotationAt?: number | undefined
  /** What a built-in rotator borrows another secret's rights for: it must not have changed since somebody who has them asked. */
  readonly binding?: string | undefined
}

export interface RotationRulesRecord {
  readonly automaticallyAfterDays?: number | undefined
  readonly duration?: string | undefined
  readonly scheduleExpression?: string | undefined
}

/** What a primary secret knows of one replica. */
export interface ReplicaRecord {
  readonly region: string
  /** As it was given; absent where the replica is under its region's default key. */
  readonly kmsKeyId?: string | undefined
  readonly status: 'InSync' | 'Failed'
  readonly message?: string | undefined
  /** The next attempt at a replica that failed: planned at this moment, after so many attempts. */
  readonly retry?: { readonly at: number; readonly attempts: number } | undefined
}

/** A secret without its values. Times are milliseconds since 1970. */
export interface SecretRecord {
  readonly account: string
  readonly region: string
  readonly name: string
  /** The six characters behind the name in its ARN; with the name they are never given twice. */
  readonly suffix: string
  readonly createdAt: number
  readonly changedAt: number
  /** The UTC day of the last read, as its first millisecond. */
  readonly accessedOn?: number | undefined
  readonly description?: string | undefined
  readonly type?: string | undefined
  /** As it was given; absent under the default key. */
  readonly kmsKeyId?: string | undefined
  /** In the order of addition; absent until the first tag, empty after the last is gone. */
  readonly tags?: readonly Tag[] | undefined
  readonly policy?: string | undefined
  /** Whom the policy meant when it was put. */
  readonly principals?: readonly BoundPrincipal[] | undefined
  readonly stages: Stages
  /** How many versions it has, labelled or not. */
  readonly versions: number
  /** It is gone after this moment. */
  readonly deletion?: { readonly at: number } | undefined
  readonly rotation?: RotationRecord | undefined
  readonly owningService?: string | undefined
  /** Set where the secret is in several regions; in a replica it is another than `region`. */
  readonly primaryRegion?: string | undefined
  readonly replicas?: readonly ReplicaRecord[] | undefined
}

/** A value under a data key of KMS; texts are base64. */
export interface SealedValue {
  readonly kind: 'string' | 'binary'
  /** The ARN of the KMS key; absent under the default key. */
  readonly kmsKeyArn?: string | undefined
  /** Encrypted under the KMS key. */
  readonly dataKey: string
  readonly ciphertext: string
}

/** One version of a secret. A version that rotation has begun and not filled has no value. */
export interface VersionRecord {
  readonly id: string
  readonly createdAt: number
  readonly accessedOn?: number | undefined
  readonly value?: SealedValue | undefined
}

/** Keys: account, region, name. */
export const secrets = table<SecretRecord>({ name: 'secretsmanager/secret', version: 1 })

/**
 * Keys: account, region, time of the secret's creation, its name and suffix joined as in the ARN, version id. An engine has
 * the first versions of secrets that were made one after the other side by side.
 */
export const versions = table<VersionRecord>({ name: 'secretsmanager/version', version: 1 })

/** The segments under which the versions of a secret are. */
export function versionsOf({ account, region, createdAt, name, suffix }: SecretRecord): readonly string[] {
  return [account, region, timeText(createdAt), `${name}-${suffix}`]
}

/** A time in a key, in the order of times. */
export function timeText(time: number): string {
  return String(time).padStart(16, '0')
}

export function isReplica(secret: SecretRecord): boolean {
  return secret.primaryRegion !== undefined && secret.primaryRegion !== secret.region
}
