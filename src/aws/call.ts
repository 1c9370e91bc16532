import type { CompiledPolicy } from '../iam/compile-policy.ts'
import type { RequestPrincipal } from '../iam/principal-match.ts'
import type { Moment } from '../store/store.ts'
import type { Certificate } from '../x509/certificate.ts'

/** What a session adds to its principal. */
export interface SessionFacts {
  /** When the credentials were issued, in milliseconds since 1970. */
  readonly issuedAt: number
  /** Likewise; absent where that is not known, as of a call in the audit trail. */
  readonly expiresAt?: number
  readonly mfaAuthenticated: boolean
  /** Who issued it: the role, or the user who asked for a session. */
  readonly issuer: {
    readonly type: 'Role' | 'User' | 'Root'
    readonly arn: string
    readonly id: string
    readonly name: string
  }
  /** They limit what the principal's own policies allow; absent when none were given. */
  readonly policies?: readonly CompiledPolicy[]
  readonly tags: Readonly<Record<string, string>>
  readonly transitiveTagKeys: readonly string[]
  readonly sourceIdentity?: string
  /** The long-term access key at the beginning of a chain of sessions; when it goes, they all do. */
  readonly source?: string
}

/** Who calls, as the signature proved. */
export interface Caller {
  readonly principal: RequestPrincipal
  readonly account: string
  readonly arn: string
  /** The unique id: `AIDA…`, `AROA…:session`, `ACCOUNT:name`, the account's number for its root. */
  readonly id: string
  readonly userName?: string
  readonly accessKeyId: string
  readonly session?: SessionFacts
  /** Certificates that came with a request, the one whose key signed it first. Who vouches for them is not known yet. */
  readonly certificates?: readonly Certificate[]
}

/** One request, the same for every operation that it causes. */
export interface Call {
  readonly requestId: string
  readonly caller: Caller
  /** The region of the credential scope: each region is a partition of its own. */
  readonly region: string
  /** The product's time at arrival, in milliseconds since 1970. */
  readonly now: number
  readonly sourceIp: string
  readonly userAgent: string
  readonly tls: { readonly version: string; readonly cipher: string; readonly host: string } | undefined
  readonly moment: Moment
  /** The resource for which a service calls in its own name: `aws:SourceArn` and `aws:SourceAccount`. */
  readonly source?: { readonly arn: string; readonly account: string }
  /** The services that call in the caller's name, the first one first: empty for a call from outside. */
  readonly via: readonly string[]
}
