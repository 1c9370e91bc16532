import { hkdfSync, type KeyObject } from 'node:crypto'
import { aes256Key } from '../crypto/aead.ts'

/** How a message is protected: AES-256-GCM, HKDF with SHA-512 and key commitment in both, and in one a signature as well. */
export interface Suite {
  readonly id: number
  readonly signed: boolean
}

export const unsignedSuite: Suite = { id: 0x0478, signed: false }
export const signedSuite: Suite = { id: 0x0578, signed: true }

const suites: ReadonlyMap<number, Suite> = new Map([unsignedSuite, signedSuite].map((suite) => [suite.id, suite]))

/** The suite of an id; nothing for those without key commitment, and for those nobody knows. */
export function suiteOf(id: number): Suite | undefined {
  return suites.get(id)
}

export const dataKeyLength = 32
export const messageIdLength = 32
export const commitmentLength = 32

/** The key of one message, and what commits the message to its data key (a ciphertext alone does not). */
export interface MessageKeys {
  readonly key: KeyObject
  readonly commitment: Buffer
}

/** Derives from a data key what one message uses (HKDF, RFC 5869; the message's random id is the salt). */
export function messageKeys({ id }: Suite, dataKey: Uint8Array, messageId: Uint8Array): MessageKeys {
  const derive = (info: Uint8Array) => Buffer.from(hkdfSync('sha512', dataKey, messageId, info, dataKeyLength))
  const suiteId = Buffer.from([id >> 8, id & 0xff])
  const bytes = derive(Buffer.concat([suiteId, Buffer.from('DERIVEKEY')]))
  const key = aes256Key(bytes)
  bytes.fill(0)
  return { key, commitment: derive(Buffer.from('COMMITKEY')) }
}
