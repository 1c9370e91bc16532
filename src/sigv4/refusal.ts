import type { Secret } from '../base/secret.ts'
import type { HeaderFault } from './headers.ts'

export type AuthorizationPart = 'Credential' | 'Signature' | 'SignedHeaders' | 'Date'
export type PresignedPart =
  | 'X-Amz-Algorithm'
  | 'X-Amz-Credential'
  | 'X-Amz-Signature'
  | 'X-Amz-SignedHeaders'
  | 'X-Amz-Date'

/** What of a credential scope is not as it has to be; several at once are told together. */
export interface ScopeFaults {
  readonly region?: true
  readonly service?: string
  readonly terminator?: true
  readonly date?: true
}

/**
 * Why a request is not taken as signed by whom it says. Carries what the answer to its sender needs: texts that came from
 * the sender, never a secret or a derived key. What holds a session token is wrapped, so that a log does not get it.
 */
export type Refusal =
  | HeaderFault
  | { kind: 'malformedRequestLine' | 'malformedQuery' }
  | { kind: 'bothHeaderAndQuery' }
  /** An Authorization header of another scheme, such as Basic or Bearer. */
  | { kind: 'otherScheme' }
  | { kind: 'authorizationTooLong' }
  | { kind: 'missingEqualSign' | 'unexpectedAuthorizationPart'; authorization: string }
  | { kind: 'incompleteAuthorization'; missing: readonly AuthorizationPart[]; authorization: string }
  | { kind: 'incompleteQuery'; missing: readonly PresignedPart[] }
  | { kind: 'repeatedParameter'; name: string }
  | { kind: 'malformedDate'; text: string }
  | { kind: 'malformedExpires' }
  | { kind: 'malformedSignedHeaders' }
  | { kind: 'headerNotSigned'; name: string }
  | { kind: 'unsupportedAlgorithm'; algorithm: string }
  | { kind: 'malformedCredential'; credential: string }
  /** The payload is declared as unsigned or streamed, or its declared hash is none. */
  | { kind: 'unsupportedPayload' }
  | { kind: 'expired' | 'notYetCurrent'; timestamp: number; nowMs: number; windowMs: number }
  | { kind: 'wrongScope'; faults: ScopeFaults }
  | SignatureMismatch

export interface SignatureMismatch {
  readonly kind: 'signatureMismatch'
  readonly cause: 'signature' | 'payloadHash' | 'signedHeaderMissing'
  readonly canonicalRequest: Secret<string>
  readonly stringToSign: string
}
