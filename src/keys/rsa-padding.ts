import { hash, randomBytes } from 'node:crypto'
import { equalBytes } from '../base/bytes.ts'
import { type DigestName, digestLengths } from './digests.ts'

/** DER of `DigestInfo` up to the digest itself (RFC 8017, 9.2, note 1). */
const digestInfo: Readonly<Partial<Record<DigestName, string>>> = {
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
}

/** What EMSA-PKCS1-v1_5 pads: the digest with the name of its algorithm. */
export function pkcs1DigestInfo(digest: DigestName, value: Uint8Array): Buffer {
  const prefix = digestInfo[digest]
  if (prefix === undefined) throw new RangeError(`no signature uses ${digest}`)
  return Buffer.concat([Buffer.from(prefix, 'hex'), value])
}

/** EMSA-PSS-ENCODE (RFC 8017, 9.1.1) of a digest that the caller computed, with MGF1 and a salt as long as the digest. */
export function pssEncode(digest: DigestName, value: Uint8Array, modulusBits: number): Buffer {
  const length = digestLengths[digest]
  const bits = modulusBits - 1
  const encoded = Buffer.alloc(Math.ceil(bits / 8))
  const salt = randomBytes(length)
  const masked = encoded.subarray(0, encoded.length - length - 1)
  masked[masked.length - length - 1] = 1
  masked.set(salt, masked.length - length)
  const proof = hash(digest, Buffer.concat([Buffer.alloc(8), value, salt]), 'buffer')
  applyMask(masked, digest, proof)
  clearTop(masked, bits)
  encoded.set(proof, masked.length)
  encoded[encoded.length - 1] = 0xbc
  return encoded
}

/** EMSA-PSS-VERIFY (RFC 8017, 9.1.2), for a salt as long as the digest and no other. */
export function pssVerify(digest: DigestName, value: Uint8Array, encoded: Uint8Array, modulusBits: number): boolean {
  const length = digestLengths[digest]
  const bits = modulusBits - 1
  if (encoded.length !== Math.ceil(bits / 8) || encoded.length < 2 * length + 2) return false
  if (encoded[encoded.length - 1] !== 0xbc) return false
  const masked = Buffer.from(encoded.subarray(0, encoded.length - length - 1))
  const proof = encoded.subarray(masked.length, masked.length + length)
  if (((masked[0] as number) & topMask(bits)) !== 0) return false
  applyMask(masked, digest, proof)
  clearTop(masked, bits)
  const one = masked.length - length - 1
  for (let at = 0; at < one; at++) if (masked[at] !== 0) return false
  if (masked[one] !== 1) return false
  const salt = masked.subarray(one + 1)
  return equalBytes(hash(digest, Buffer.concat([Buffer.alloc(8), value, salt]), 'buffer'), proof)
}

/** The bits of the first byte that lie beyond `bits`. */
function topMask(bits: number): number {
  const spare = (8 - (bits % 8)) % 8
  return (0xff00 >> spare) & 0xff
}

function clearTop(masked: Uint8Array, bits: number): void {
  masked[0] = (masked[0] as number) & ~topMask(bits)
}

/** MGF1 (RFC 8017, B.2.1), XORed into the target. */
function applyMask(target: Uint8Array, digest: DigestName, seed: Uint8Array): void {
  const input = Buffer.concat([seed, Buffer.alloc(4)])
  const length = digestLengths[digest]
  for (let start = 0, count = 0; start < target.length; start += length, count++) {
    input.writeUInt32BE(count, seed.length)
    const block = hash(digest, input, 'buffer')
    for (let at = start; at < Math.min(start + length, target.length); at++) {
      target[at] = (target[at] as number) ^ (block[at - start] as number)
    }
  }
}
