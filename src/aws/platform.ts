import type { Trail } from '../audit/trail.ts'
import type { Clock } from '../base/clock.ts'
import type { ChangeEvents } from '../events/outbox.ts'
import type { FunctionHost } from '../functions/runner.ts'
import type { CompiledPolicy } from '../iam/compile-policy.ts'
import type { Rotators } from '../rotators/rotator.ts'
import type { KeyToken } from '../keys/token.ts'
import type { SigningSecret } from '../sigv4/signing-key.ts'
import type { Awaitable, Store, Transaction } from '../store/store.ts'
import type { Call, Caller } from './call.ts'
import type { Organization } from './organization.ts'
import type { Quotas } from './quotas.ts'

/** Why an access key id and a session token do not make a credential. */
export type CredentialRefusal = 'unknown' | 'inactive' | 'expired-token' | 'invalid-token'

/** What an access key id stands for. */
export interface Credential {
  readonly secret: SigningSecret
  readonly caller: Caller
}

/** The policies of a principal as they stand now, and the tags that conditions see. */
export interface CallerPolicies {
  readonly identity: readonly CompiledPolicy[]
  readonly boundary?: CompiledPolicy
  readonly tags: Readonly<Record<string, string>>
  /** Guard rails of the caller's account: levels, each of which must allow. */
  readonly serviceControl?: readonly (readonly CompiledPolicy[])[]
}

/** Who may be who, as the rooms of IAM and STS answer it. */
export interface Identities {
  /** Reads the key, and the principal behind it, which must both still be there and active. */
  credential(tx: Transaction, accessKeyId: string, token: string | undefined): Awaitable<Credential | CredentialRefusal>
  /** Nothing where the principal is no more. */
  policies(tx: Transaction, caller: Caller): Awaitable<CallerPolicies | undefined>
  /** Whether a policy may name this principal: an account number, an ARN or a unique id, as policies write them. */
  principalExists?(tx: Transaction, principal: string): Promise<boolean>
  /** The unique id of the user or role that an ARN names now; one made anew under the same name has another. */
  principalId?(tx: Transaction, principal: string): Promise<string | undefined>
  /** Hears of each request whose signature was verified, for the dates of last use. */
  noteUse?(caller: Caller, service: string, region: string): void
  resourceControl?(tx: Transaction, account: string): Awaitable<readonly (readonly CompiledPolicy[])[] | undefined>
}

/** What operations may use besides the store: made once, by whoever starts the server. */
export interface Platform {
  readonly store: Store
  readonly clock: Clock
  readonly identities: Identities
  readonly quotas: Quotas
  /** In dev mode an account exists as soon as somebody names it, and root may assume roles. */
  readonly dev: boolean
  /** The account whose administrators run this server. */
  readonly managementAccount: string
  /** Absent where the accounts of this server are no organisation. */
  readonly organization?: Organization | undefined
  /** The encryption of the store: how long its key has been in use, and a new one. Absent where a test has none. */
  readonly barrier?: {
    usage(): Promise<{ readonly term: number; readonly since: number; readonly sealed: number }>
    rotate(): Promise<number>
  }
  /** Who wants to hear of changes; absent where nobody does, so that `platform.events?.emit(tx, …)` then costs nothing. */
  readonly events?: ChangeEvents | undefined
  /** Hardware tokens by the id that KMS knows each by, such as `cluster-1a23b4cdefg`. */
  readonly tokens?: ReadonlyMap<string, KeyToken>
  /** How proxies of external key stores are reached, where not as AWS reaches them. */
  readonly xks?: {
    /** Certificate authorities in PEM, in place of the well-known ones. */
    readonly ca?: string
    /** 443 where absent. */
    readonly port?: number
    /** For one whole request; 250 where absent. */
    readonly timeoutMilliseconds?: number
    /** The only host names that may be called; any where absent. */
    readonly hosts?: readonly string[]
  }
  /** Runs functions; absent where this server runs none. */
  readonly functions?: FunctionHost | undefined
  /** What rotates secrets besides the functions of this server; absent where nothing does. */
  readonly rotators?: Rotators | undefined
  /** The audit trail, where it can be searched. */
  readonly trail?: Trail | undefined
  /** The URL that others reach this server by, without a slash at its end; nothing where that was not said. */
  publicUrl?(this: void): string | undefined
  /** Looks for due work soon. */
  wakeScheduler(): void
  /** Hears of calls that ended in a failure of our own. */
  reportFailure(call: Call, operation: string, error: unknown): void
}
