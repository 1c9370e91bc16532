import type { SigningCredentials } from '../sigv4/sign.ts'

/** Credentials as a source gave them. */
export interface Credentials extends SigningCredentials {
  /** Milliseconds since 1970; absent where they do not end by themselves. */
  readonly expiresAt?: number
}

/** Why there is no answer: the server said no, or nothing was heard of it. */
export type Failure =
  | { readonly refused: { readonly status: number; readonly code: string; readonly message: string } }
  | { readonly unavailable: string }

export type Obtained = { readonly credentials: Credentials } | Failure

/** Where an agent has its credentials from. */
export interface CredentialSource {
  /** What logs call it. */
  readonly name: string
  obtain(): Promise<Obtained>
}

/** Answers that say «later», not «no». */
const passing = /^(?:Throttling|ThrottlingException|TooManyRequestsException|RequestLimitExceeded|SlowDown)$/

/** What an answer of status 300 or more means. Without a code it is none of the server's own, but of something before it. */
export function failureOf(
  status: number,
  refusal: { readonly code: string; readonly message: string } | undefined,
): Failure {
  if (!refusal || status >= 500 || passing.test(refusal.code)) {
    return { unavailable: refusal ? `${status} ${refusal.code}` : `status ${status}` }
  }
  return { refused: { status, ...refusal } }
}

export function describeFailure(failure: Failure): string {
  return 'refused' in failure
    ? `the server refused: ${failure.refused.code}: ${failure.refused.message}`
    : `the server cannot be reached (${failure.unavailable})`
}
