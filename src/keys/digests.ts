/** The digests that algorithms here use, by Node's names. */
export type DigestName = 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512'

/** Lengths in bytes (FIPS 180-4). */
export const digestLengths: Readonly<Record<DigestName, number>> = {
  sha1: 20,
  sha224: 28,
  sha256: 32,
  sha384: 48,
  sha512: 64,
}
