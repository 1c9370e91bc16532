/** AES-GCM whose parts come apart: 12 or 16 bytes of IV, 16 of tag. */
export interface TokenCiphertext {
  readonly ciphertext: Uint8Array
  readonly iv: Uint8Array
  readonly tag: Uint8Array
}

/** Why a token did not do what it was asked. */
export type TokenFailureKind = 'credentials' | 'locked' | 'absent' | 'no-key' | 'failed'

export class TokenFailure extends Error {
  override readonly name = 'TokenFailure'
  readonly kind: TokenFailureKind

  constructor(kind: TokenFailureKind, detail?: string) {
    super(detail === undefined ? kind : `${kind}: ${detail}`)
    this.kind = kind
  }
}

/**
 * A hardware token that holds AES-256 keys which never leave it. Keys go by labels. Its AES-GCM takes random 96-bit IVs, so that
 * one key is good for fewer than 2^32 encryptions. Rejects with `TokenFailure`.
 */
export interface KeyToken {
  /** Proves that the token is there and takes the password. */
  check(password: string): Promise<void>
  generate(password: string, label: string): Promise<void>
  encrypt(password: string, label: string, plaintext: Uint8Array, associated: Uint8Array): Promise<TokenCiphertext>
  /** Nothing where the ciphertext is not one of this key and associated data. */
  decrypt(password: string, label: string, sealed: TokenCiphertext, associated: Uint8Array): Promise<Buffer | undefined>
  destroy(password: string, label: string): Promise<void>
  /** Bytes of the token's own generator. */
  random(password: string, length: number): Promise<Buffer>
}
