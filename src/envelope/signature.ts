import { createPublicKey, createSign, createVerify, ECDH, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { fromBase64, toBase64 } from '../base/bytes.ts'

const curve = 'secp384r1'
const hash = 'sha384'
const compressedLength = 49

/** Signs one message: its public half travels in the message's context, its private half is forgotten with it. */
export interface MessageSigner {
  /** The point, compressed (SEC 1, 2.3.3), in base64. */
  readonly publicKey: string
  update(bytes: Uint8Array): void
  /** DER (ECDSA-Sig-Value). */
  finish(): Buffer
}

export function newMessageSigner(): MessageSigner {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  const { x, y } = publicKey.export({ format: 'jwk' })
  const point = Buffer.concat([
    Buffer.from([4]),
    Buffer.from(x as string, 'base64url'),
    Buffer.from(y as string, 'base64url'),
  ])
  const sign = createSign(hash)
  return {
    publicKey: toBase64(ECDH.convertKey(point, curve, undefined, undefined, 'compressed') as Buffer),
    update: (bytes) => void sign.update(bytes),
    finish: () => sign.sign(privateKey),
  }
}

export interface MessageVerifier {
  update(bytes: Uint8Array): void
  isSignature(signature: Uint8Array): boolean
}

/** A verifier for the public key in a context; nothing where that is no point of the curve. */
export function messageVerifier(publicKey: string): MessageVerifier | undefined {
  const key = pointKey(publicKey)
  if (!key) return undefined
  const verify = createVerify(hash)
  return {
    update: (bytes) => void verify.update(bytes),
    isSignature: (signature) => verify.verify(key, signature),
  }
}

function pointKey(text: string): KeyObject | undefined {
  const compressed = fromBase64(text)
  if (compressed?.length !== compressedLength) return undefined
  try {
    const point = ECDH.convertKey(compressed, curve, undefined, undefined, 'uncompressed') as Buffer
    const [x, y] = [point.toString('base64url', 1, compressedLength), point.toString('base64url', compressedLength)]
    return createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-384', x, y } })
  } catch {
    return undefined
  }
}
