import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { openBytes, sealBytes } from '../../crypto/aead.ts'
import type { KeyObjects } from './sealing-keys.ts'

interface AnySession {
  readonly accessKeyId: string
  readonly secret: string
  readonly account: string
  /** Milliseconds since 1970. */
  readonly issuedAt: number
  readonly expiresAt: number
  /** The long-term access key that the session goes back to; none where an identity provider or a service stood at the beginning. */
  readonly source?: string
  readonly mfa: boolean
  /** A session policy, as it was given. */
  readonly policy?: string
  /** ARNs of managed session policies. */
  readonly policyArns?: readonly string[]
  readonly tags: readonly (readonly [key: string, value: string])[]
  readonly transitive: readonly string[]
  readonly sourceIdentity?: string
}

/** A session of a role. */
export interface RoleSession extends AnySession {
  readonly kind: 'role'
  readonly role: string
  readonly roleId: string
  readonly name: string
}

/** What a session token says. Everything else about its principal is read when it is used. */
export type Session =
  | RoleSession
  /** Of the holder of the source key itself. `holder` is the user's unique id, or the account's number for its root user. */
  | (AnySession & { readonly kind: 'self'; readonly holder: string; readonly source: string })
  /** Of somebody whom the holder of the source key vouches for. */
  | (AnySession & {
      readonly kind: 'federated'
      readonly holder: string
      readonly source: string
      readonly name: string
    })

/** The first byte of a token: whether what is sealed is the text of the session as it stands, or compressed. */
const plainFormat = 1
const packedFormat = 2
const header = 5
/** A text shorter than this is not worth the time of compressing it. */
const shortText = 1024
const longestText = 8192
/** More than fifty tags of the longest keys and values come to. */
const longestPlain = 262_144

/** Seals a session and writes it as text, compressed where it is long. A token means nothing to anybody without the sealing keys. */
export function sealSession(session: Session, { newest }: KeyObjects): string {
  const head = Buffer.alloc(header)
  const text = Buffer.from(JSON.stringify(session))
  const packed = text.length >= shortText
  head[0] = packed ? packedFormat : plainFormat
  head.writeUInt32BE(newest.number, 1)
  const plain = packed ? deflateRawSync(text) : text
  const sealed = sealBytes(newest.key, plain, head)
  plain.fill(0)
  text.fill(0)
  return Buffer.concat([head, sealed]).toString('base64')
}

/** The session that a token says, or nothing where it was not sealed under one of the keys, or was altered. */
export function openSession(token: string, { byNumber }: KeyObjects): Session | undefined {
  if (token.length > longestText || !/^[A-Za-z0-9+/]+={0,2}$/.test(token)) return undefined
  const bytes = Buffer.from(token, 'base64')
  // Another spelling of the same bytes is not the token that was issued.
  if (bytes.length <= header || bytes.toString('base64') !== token) return undefined
  const key = byNumber.get(bytes.readUInt32BE(1))
  const plain = key && openBytes(key, bytes.subarray(header), bytes.subarray(0, header))
  if (!plain) return undefined
  const text = bytes[0] === packedFormat ? inflateRawSync(plain, { maxOutputLength: longestPlain }) : plain
  return JSON.parse(text.toString('utf8')) as Session
}
