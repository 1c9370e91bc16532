import type { Secret } from '../base/secret.ts'

/** How to reach a database as one user. */
export interface Login {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: Secret<string>
  readonly database: string | undefined
  /** `verify` with these certificate authorities, or the system's. */
  readonly tls: { readonly ca: string | undefined } | undefined
  readonly connectMilliseconds: number
  readonly statementMilliseconds: number
  /** Whether a driver that the server sends on may connect to a host; absent where it may connect to any. */
  readonly mayReach?: ((host: string) => boolean) | undefined
}

/**
 * `login-refused`: user or password is wrong, for certain. `password-refused`: the policy of the database does not take the new password,
 * which therefore is not in force. `user-missing`: there is no such user. `unavailable`: nobody knows what has happened.
 */
export type DatabaseFaultKind = 'login-refused' | 'password-refused' | 'user-missing' | 'unavailable' | 'refused'

/** What a database said, by its code: messages of drivers may repeat statements, and so passwords. */
export class DatabaseFault extends Error {
  override readonly name = 'DatabaseFault'
  readonly kind: DatabaseFaultKind
  readonly code: string

  constructor(kind: DatabaseFaultKind, code: unknown) {
    const short = typeof code === 'string' || typeof code === 'number' ? String(code) : 'unknown'
    const safe = short.replace(/[^A-Za-z0-9_.-]/g, '').slice(0, 40)
    super(`${kind} (${safe})`)
    this.kind = kind
    this.code = safe
  }
}

/** An open connection that has proved user and password. Every method may be repeated. */
export interface DatabaseSession {
  /** Changes the password of the user who is logged in. */
  changeOwnPassword(next: Secret<string>, present: Secret<string>): Promise<void>
  /** Changes the password of another user; `present` stays valid as well where the database can do that. */
  changePassword(user: string, next: Secret<string>, present?: Secret<string>): Promise<void>
  hasUser(user: string): Promise<boolean>
  /** Makes a user who may do what another may. */
  cloneUser(from: string, to: string, password: Secret<string>): Promise<void>
  close(): Promise<void>
}

export interface PasswordShape {
  readonly length: number
  /** Characters that the database or its clients do not take well. */
  readonly excluded: string
  readonly startsWithLetter?: boolean
}

/** A kind of database: one row of the table of built-in rotators. */
export interface DatabaseEngine {
  /** What secrets say as `engine`. */
  readonly names: readonly string[]
  readonly port: number
  readonly longestUser: number
  readonly password: PasswordShape
  /** Loads its driver when it is first needed. Throws `DatabaseFault`. */
  open(login: Login): Promise<DatabaseSession>
}
