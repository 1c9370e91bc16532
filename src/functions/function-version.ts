import type { Secret } from '../base/secret.ts'
import type { CodeSource } from './code-folders.ts'
import type { RuntimeName } from './runtimes.ts'

/** What to run: everything that is known of one version of a function. */
export interface FunctionVersion {
  /** Changes with anything that a running process would have to be started anew for. */
  readonly id: string
  readonly arn: string
  readonly name: string
  /** `$LATEST` or a number. */
  readonly version: string
  readonly region: string
  readonly runtime: RuntimeName
  readonly handler: string
  readonly code: CodeSource
  readonly timeoutSeconds: number
  readonly memoryMegabytes: number
  readonly environment: Readonly<Record<string, Secret<string>>>
  /** How many may run at once; absent: as many as all functions together. */
  readonly concurrency?: number | undefined
}

/** Temporary credentials for a function's processes. */
export interface FunctionCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: Secret<string>
  readonly sessionToken: Secret<string>
  /** Milliseconds since 1970, by the product's clock. */
  readonly issuedAt: number
  readonly expiresAt: number
}

export interface InvocationRequest {
  readonly requestId: string
  readonly payload: Uint8Array
  /** JSON text in ASCII. */
  readonly clientContext?: string | undefined
  /** The ARN that was called, with its qualifier. */
  readonly calledArn?: string | undefined
  /** Asked for where a process must be started: a warm one has its own still. */
  readonly credentials: () => Promise<FunctionCredentials>
  /** Values that must not show in the log. */
  readonly redact?: readonly Secret<string>[]
}

export type InvocationResult =
  /** `functionError`: the payload tells of an error. */
  | { readonly payload: Buffer; readonly functionError: boolean; readonly logTail: Buffer }
  /**
   * `throttled`: as many run as may. `code-unusable`: the archive cannot be unpacked. `no-runtime`: this machine has no such program.
   * `unconfined`: nothing would keep the function from what this server may read.
   */
  | { readonly refused: 'throttled' | 'code-unusable' | 'no-runtime' | 'unconfined' | 'stopping' }
