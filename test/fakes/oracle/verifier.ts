import { createCipheriv, createDecipheriv, createHash, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * A password as 12.1.0.2 and later keep it (Security Guide, «12C password version»): a salt, and SHA-512 of a key that PBKDF2 makes of the
 * password. That key itself is kept nowhere: it is what the client proves to have.
 */
export interface Verifier {
  readonly salt: Buffer
  readonly hash: Buffer
}

const rounds = 4096
const mixingRounds = 3

export function makeVerifier(password: string): Verifier {
  const salt = randomBytes(16)
  return { salt, hash: hashOf(keyOf(password, salt), salt) }
}

export function matches({ salt, hash }: Verifier, password: string): boolean {
  return timingSafeEqual(hash, hashOf(keyOf(password, salt), salt))
}

function keyOf(password: string, salt: Buffer): Buffer {
  return pbkdf2Sync(password, Buffer.concat([salt, Buffer.from('AUTH_PBKDF2_SPEEDY_KEY')]), rounds, 64, 'sha512')
}

function hashOf(key: Buffer, salt: Buffer): Buffer {
  return createHash('sha512').update(key).update(salt).digest()
}

function seal(key: Buffer, bytes: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-cbc', key, Buffer.alloc(16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(bytes), cipher.final()])
}

function unseal(key: Buffer, bytes: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-cbc', key, Buffer.alloc(16)).setAutoPadding(false)
  return Buffer.concat([decipher.update(bytes), decipher.final()])
}

/** What the server remembers between the two steps of a login. */
export interface Challenge {
  readonly verifier: Verifier
  readonly half: Buffer
  readonly mixingSalt: Buffer
}

export type Pair = readonly [key: string, value: string, flags?: number]

const kind12c = 0x4815

/** The first step: the server's half of the session key, readable only to who knows the password. */
export function challenge(verifier: Verifier): { readonly challenge: Challenge; readonly pairs: readonly Pair[] } {
  const half = randomBytes(32)
  const mixingSalt = randomBytes(16)
  const pairs: readonly Pair[] = [
    ['AUTH_SESSKEY', hex(seal(verifier.hash.subarray(0, 32), half))],
    ['AUTH_VFR_DATA', hex(verifier.salt), kind12c],
    ['AUTH_PBKDF2_CSK_SALT', hex(mixingSalt)],
    ['AUTH_PBKDF2_VGEN_COUNT', String(rounds)],
    ['AUTH_PBKDF2_SDER_COUNT', String(mixingRounds)],
    ['AUTH_GLOBALLY_UNIQUE_DBID\0', '0123456789ABCDEF0123456789ABCDEF'],
  ]
  return { challenge: { verifier, half, mixingSalt }, pairs }
}

/**
 * The second step: the client's half, and under the key that both halves make, the key of the password and the password. Answers what
 * proves to the client that the server had its half too, or nothing where the password is not the right one.
 */
export function checkAnswer(
  { verifier, half, mixingSalt }: Challenge,
  answer: ReadonlyMap<string, string>,
): string | undefined {
  const theirs = unseal(verifier.hash.subarray(0, 32), fromHex(answer, 'AUTH_SESSKEY', 32))
  const both = hex(Buffer.concat([theirs, half]))
  const session = pbkdf2Sync(both, mixingSalt, mixingRounds, 32, 'sha512')
  const key = unseal(session, fromHex(answer, 'AUTH_PBKDF2_SPEEDY_KEY', 80)).subarray(16)
  if (!timingSafeEqual(hashOf(key, verifier.salt), verifier.hash)) return undefined
  const padded = unseal(session, fromHex(answer, 'AUTH_PASSWORD')).subarray(16)
  const password = padded.subarray(0, padded.length - (padded.at(-1) as number))
  if (!timingSafeEqual(keyOf(password.toString(), verifier.salt), key)) return undefined
  return hex(seal(session, Buffer.concat([randomBytes(16), Buffer.from('SERVER_TO_CLIENT')])))
}

function hex(bytes: Buffer): string {
  return bytes.toString('hex').toUpperCase()
}

function fromHex(pairs: ReadonlyMap<string, string>, name: string, length?: number): Buffer {
  const bytes = Buffer.from(pairs.get(name) ?? '', 'hex')
  if (bytes.length === 0 || bytes.length % 16 !== 0 || (length !== undefined && bytes.length !== length)) {
    throw new Error(`${name} has ${bytes.length} bytes.`)
  }
  return bytes
}
