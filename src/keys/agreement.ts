import { createPublicKey, diffieHellman, type KeyObject } from 'node:crypto'
import { isOneSequence } from './der.ts'

/** The public key in these bytes (SubjectPublicKeyInfo, DER) if it is one on the same curve as a private key. */
export function peerKey(privateKey: KeyObject, spki: Uint8Array): KeyObject | undefined {
  if (!isOneSequence(spki)) return undefined
  let peer: KeyObject
  try {
    peer = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  } catch {
    return undefined
  }
  const same =
    peer.asymmetricKeyType === privateKey.asymmetricKeyType &&
    peer.asymmetricKeyDetails?.namedCurve === privateKey.asymmetricKeyDetails?.namedCurve
  return same ? peer : undefined
}

/** The shared secret of ECDH (NIST SP 800-56A, 5.7.1.2): the x coordinate, as long as the curve's field, off the event loop. */
export function agree(privateKey: KeyObject, publicKey: KeyObject): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    diffieHellman({ privateKey, publicKey }, (error, secret) => (error ? reject(error) : resolve(secret)))
  })
}
