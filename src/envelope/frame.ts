import type { KeyObject } from 'node:crypto'
import { countedTagLength, openCounted, sealCounted } from '../crypto/counted-aead.ts'
import { uint32 } from './reader.ts'

/** One numbered piece of a message. */
export interface Frame {
  /** From 1. */
  readonly number: number
  readonly last: boolean
}

/** Stands for a number where the last frame begins. */
export const lastMark = 0xffff_ffff
export const mostFrames = 0xffff_fffe
export const nonceLength = 12
export { countedTagLength as tagLength }

/** What a frame's tag authenticates beside its content (body AAD reference). */
function associatedWith(messageId: Uint8Array, { number, last }: Frame, length: number): Buffer {
  const kind = last ? 'AWSKMSEncryptionClient Final Frame' : 'AWSKMSEncryptionClient Frame'
  return Buffer.concat([messageId, Buffer.from(kind), uint32(number), uint32(0), uint32(length)])
}

/** The nonce of a frame is its number; the header has 0. */
export function nonceOf(number: number): Buffer {
  return Buffer.concat([Buffer.alloc(nonceLength - 4), uint32(number)])
}

/** A frame as it stands in a message. */
export function sealFrame(key: KeyObject, messageId: Uint8Array, frame: Frame, plaintext: Uint8Array): Buffer {
  const { ciphertext, tag } = sealCounted(
    key,
    frame.number,
    plaintext,
    associatedWith(messageId, frame, plaintext.length),
  )
  const nonce = nonceOf(frame.number)
  if (!frame.last) return Buffer.concat([uint32(frame.number), nonce, ciphertext, tag])
  return Buffer.concat([uint32(lastMark), uint32(frame.number), nonce, uint32(plaintext.length), ciphertext, tag])
}

/** The content of a frame, or nothing where it is not what was sealed at this place of this message. */
export function openFrame(
  key: KeyObject,
  messageId: Uint8Array,
  frame: Frame,
  ciphertext: Uint8Array,
  tag: Buffer,
): Buffer | undefined {
  const associated = associatedWith(messageId, frame, ciphertext.length)
  return openCounted(key, frame.number, { ciphertext: Buffer.from(ciphertext), tag }, associated)
}
