import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'

export type Mechanism = 'SCRAM-SHA-1' | 'SCRAM-SHA-256'

/** What the server keeps of a password (RFC 5802 §3): enough to check a proof, too little to make one. */
export interface Verifier {
  readonly salt: Buffer
  readonly iterations: number
  readonly storedKey: Buffer
  readonly serverKey: Buffer
}

/** Hash, bytes of salt and iterations as mongod has them by default (manual, `scramIterationCount` and `scramSHA256IterationCount`). */
const shapes = {
  'SCRAM-SHA-1': { hash: 'sha1', saltBytes: 16, iterations: 10_000, keyBytes: 20 },
  'SCRAM-SHA-256': { hash: 'sha256', saltBytes: 28, iterations: 15_000, keyBytes: 32 },
} as const

const hmac = (hash: string, key: Buffer, text: string) => createHmac(hash, key).update(text).digest()

/**
 * MongoDB's SCRAM-SHA-1 salts the MD5 digest of `user:mongo:password` (MongoDB authentication specification, «SCRAM-SHA-1»); SCRAM-SHA-256
 * the password itself (RFC 7677). ASCII is what SASLprep leaves alone: other passwords are not taken here.
 */
export function makeVerifier(mechanism: Mechanism, user: string, password: string): Verifier {
  if (!/^[\x20-\x7e]+$/.test(password)) throw new Error('This server takes passwords in ASCII only.')
  const { hash, saltBytes, iterations, keyBytes } = shapes[mechanism]
  const digest = createHash('md5').update(`${user}:mongo:${password}`).digest('hex')
  const salt = randomBytes(saltBytes)
  const salted = pbkdf2Sync(mechanism === 'SCRAM-SHA-1' ? digest : password, salt, iterations, keyBytes, hash)
  const storedKey = createHash(hash)
    .update(hmac(hash, salted, 'Client Key'))
    .digest()
  return { salt, iterations, storedKey, serverKey: hmac(hash, salted, 'Server Key') }
}

/** One conversation: what the client said first, and what its proof must fit. */
export interface Conversation {
  readonly mechanism: Mechanism
  readonly user: string
  readonly verifier: Verifier
  readonly nonce: string
  readonly serverFirst: string
  readonly clientFirstBare: string
}

/** The user a client-first message names (RFC 5802 §5.1), or nothing where it is not one. */
export function readClientFirst(message: string): { readonly user: string; readonly nonce: string } | undefined {
  const [, name, nonce] = /^n,,n=([^,]*),r=([\x21-\x2b\x2d-\x7e]+)$/.exec(message) ?? []
  if (name === undefined || nonce === undefined || /=(?!2C|3D)/.test(name)) return undefined
  return { user: name.replaceAll('=2C', ',').replaceAll('=3D', '='), nonce }
}

export function beginConversation(mechanism: Mechanism, message: string, verifier: Verifier): Conversation | undefined {
  const first = readClientFirst(message)
  if (!first) return undefined
  const nonce = first.nonce + randomBytes(24).toString('base64')
  const { salt, iterations } = verifier
  const serverFirst = `r=${nonce},s=${salt.toString('base64')},i=${iterations}`
  return { mechanism, user: first.user, verifier, nonce, serverFirst, clientFirstBare: message.slice(3) }
}

/** The server-final message for a client-final one whose proof is right; nothing where it is wrong. */
export function finishConversation(conversation: Conversation, message: string): string | undefined {
  const { mechanism, verifier, nonce, serverFirst, clientFirstBare } = conversation
  const { hash } = shapes[mechanism]
  const [, withoutProof = '', sentNonce, proof = ''] = /^(c=biws,r=([^,]+)),p=([A-Za-z0-9+/=]+)$/.exec(message) ?? []
  if (sentNonce !== nonce) return undefined
  const authMessage = `${clientFirstBare},${serverFirst},${withoutProof}`
  const signature = hmac(hash, verifier.storedKey, authMessage)
  const sent = Buffer.from(proof, 'base64')
  if (sent.length !== signature.length) return undefined
  const clientKey = Buffer.from(sent.map((byte, index) => byte ^ (signature[index] ?? 0)))
  if (!timingSafeEqual(createHash(hash).update(clientKey).digest(), verifier.storedKey)) return undefined
  return `v=${hmac(hash, verifier.serverKey, authMessage).toString('base64')}`
}
