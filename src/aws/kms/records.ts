import type { WrappingName } from '../../keys/key-wrap.ts'
import { table } from '../../store/table.ts'
import type { BoundPrincipal } from '../bound-principals.ts'
import type { ExpirationModelType, KeySpec, KeyState, KeyUsageType, OriginType, RotationType } from '../models/kms.ts'
import type { Tag } from '../tags.ts'

/** What never changes about a key, and how it stands. Times are milliseconds since 1970. */
export interface KeyRecord {
  readonly account: string
  readonly region: string
  /** A UUID, or `mrk-` and 32 hexadecimal digits. */
  readonly id: string
  readonly createdAt: number
  readonly description: string
  readonly spec: KeySpec
  readonly usage: KeyUsageType
  readonly origin: OriginType
  readonly manager: 'CUSTOMER' | 'AWS'
  readonly state: KeyState
  /** The policy document as it was put. */
  readonly policy: string
  /** Whom the policy meant when it was put. */
  readonly principals?: readonly BoundPrincipal[] | undefined
  /** In the order in which they were added. */
  readonly tags: readonly Tag[]
  /** Names with their `alias/` in front. */
  readonly aliases: readonly string[]
  /** How many grants there are: without any, none are looked for. */
  readonly grants: number
  /** The id of the material that encrypts and signs now; it stays when imported material is deleted. */
  readonly material?: string
  readonly deletion?: { readonly at: number; readonly windowDays: number }
  /** Automatic rotation, while it is on. */
  readonly rotation?: { readonly periodDays: number; readonly nextAt: number }
  readonly onDemandRotations?: number
  /** What one region's key is among the keys that share its id and material. */
  readonly multiRegion?: 'PRIMARY' | 'REPLICA'
  readonly imported?: Imported
  readonly customStore?: { readonly id: string; readonly keyId: string }
}

/** About the material of a key whose origin is `EXTERNAL`. */
export interface Imported {
  /** Keys the ids of imported materials, so that an id tells nothing about a weak material. Base64. */
  readonly salt: string
  /** Whether all materials that the key has had are there; without one of them it cannot be used. */
  readonly complete: boolean
  /** Of all materials together: the first that expires counts. */
  readonly expirationModel?: ExpirationModelType
  readonly validTo?: number
  /** A material that was imported for the next rotation. */
  readonly pendingRotation?: string
}

/** One material of a key. A key that was rotated has several, and decrypts with each of them. */
export interface MaterialRecord {
  /** 64 hexadecimal digits. */
  readonly id: string
  readonly createdAt: number
  /** Counts a key's materials from 1, in the order in which they became current. */
  readonly sequence: number
  /** As `keys/` exports it, in base64; absent once imported material was deleted or has expired. */
  readonly secret?: string
  readonly rotatedBy?: RotationType
  readonly rotatedAt?: number
  readonly description?: string
  readonly expirationModel?: ExpirationModelType
  readonly validTo?: number
}

export interface AliasRecord {
  /** With `alias/` in front. */
  readonly name: string
  readonly target: string
  readonly createdAt: number
  readonly updatedAt: number
}

/** A wrapping key that was given out for an import; its token is the last segment of its key. */
export interface ImportRecord {
  readonly algorithm: WrappingName
  /** PKCS #8 in base64. */
  readonly privateKey: string
  readonly validTo: number
}

/** Account, region, key id. */
export const keyTable = table<KeyRecord>({ name: 'kms/key', version: 1 })
/** Account, scope (`materialScope`), key id, material id. */
export const materialTable = table<MaterialRecord>({ name: 'kms/material', version: 1 })
/** Account, region, key id, hash of the import token. */
export const importTable = table<ImportRecord>({ name: 'kms/import', version: 1 })
/** Account, region, name. */
export const aliasTable = table<AliasRecord>({ name: 'kms/alias', version: 1 })

/** Where a key's materials are: those made here are shared by the regions of a multi-region key, imported ones are not. */
export function materialScope({ multiRegion, origin, region }: KeyRecord): string {
  return multiRegion !== undefined && origin === 'AWS_KMS' ? '*' : region
}
