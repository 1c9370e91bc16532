/** The root key as a seal keeps it: what `unwrap` of the same kind needs, and nothing that helps anyone else. */
export interface SealedRoot {
  readonly kind: string
  readonly wrapped: string
}

/**
 * Who may open the store. A seal protects the root key and nothing else, so a key file, unseal shares, a hardware token
 * and a remote key service are alike: each wraps 32 bytes, and gives them back to whoever can prove the right to them.
 * What a kind needs for that (a path, shares that people typed, a connection) it was given when it was made.
 */
export interface Seal {
  readonly kind: string
  wrap(rootKey: Uint8Array): Promise<SealedRoot>
  /** Rejects with `SealRefused` where the root key cannot be had. */
  unwrap(sealed: SealedRoot): Promise<Buffer>
}

/** The store stays closed; the message says why and what to do, and names no key material. */
export class SealRefused extends Error {
  override readonly name = 'SealRefused'
}
