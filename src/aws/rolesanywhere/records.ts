import { table } from '../../store/table.ts'
import type { Tag } from '../tags.ts'

/** What every record of this service has. Times are milliseconds since 1970. */
export interface AnyRecord {
  readonly id: string
  readonly account: string
  readonly region: string
  readonly enabled: boolean
  readonly createdAt: number
  readonly updatedAt: number
  readonly tags: readonly Tag[]
}

/** An authority whose certificates are believed. */
export interface TrustAnchorRecord extends AnyRecord {
  readonly name: string
  /** Certificates of authorities, in PEM. */
  readonly pem: string
}

/** Which roles certificates may be exchanged for, and what limits the sessions. */
export interface ProfileRecord extends AnyRecord {
  readonly name: string
  readonly createdBy: string
  readonly roleArns: readonly string[]
  readonly managedPolicyArns: readonly string[]
  readonly sessionPolicy?: string
  readonly durationSeconds: number
  readonly requireInstanceProperties: boolean
  readonly acceptRoleSessionName: boolean
}

/** Certificates of an anchor that are believed no more. */
export interface CrlRecord extends AnyRecord {
  readonly name: string
  readonly trustAnchorArn: string
  /** As it was given, in base64. */
  readonly data: string
}

/** Somebody who came with a certificate. */
export interface SubjectRecord extends AnyRecord {
  readonly subject: string
  readonly lastSeenAt: number
  /** The certificates last seen, the newest first. */
  readonly credentials: readonly SeenCertificate[]
}

export interface SeenCertificate {
  readonly serial: string
  readonly issuer: string
  /** In DER, in base64. */
  readonly certificate: string
  readonly seenAt: number
}

/** Keys: account, region, id. */
export const trustAnchors = table<TrustAnchorRecord>({ name: 'rolesanywhere/trust-anchor', version: 1 })
export const profiles = table<ProfileRecord>({ name: 'rolesanywhere/profile', version: 1 })
export const crls = table<CrlRecord>({ name: 'rolesanywhere/crl', version: 1 })
export const subjects = table<SubjectRecord>({ name: 'rolesanywhere/subject', version: 1 })

/** How many of each an account has in a region; one row a noun. */
export const counts = table<{ readonly count: number }>({ name: 'rolesanywhere/count', version: 1 })
