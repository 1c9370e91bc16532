import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { overhead as sealOverhead, openBytes, sealInto } from '../crypto/aead.ts'
import { randomNonce } from '../crypto/random.ts'

const saltLength = 16
const label = Buffer.from('keyturn message key 1')

/** How many bytes a message is longer than its plaintext. */
export const messageOverhead = saltLength + sealOverhead

/**
 * Encrypts under a 256-bit key as often as anybody likes: a salt of 16 random bytes in front, then AES-256-GCM under a key
 * that is derived from both. One derived key meets a second message with a chance below 2^-32 after 2^48 messages, and then
 * still with another nonce, so AES-GCM's limit of 2^32 messages under one key does not count for the key that is stored.
 */
export function sealMessage(key: KeyObject, plaintext: Uint8Array, associated: Uint8Array): Buffer {
  const message = Buffer.allocUnsafe(plaintext.length + messageOverhead)
  sealMessageInto(message, 0, key, plaintext, associated)
  return message
}

/** As `sealMessage`, written into `target` at an offset. */
export function sealMessageInto(
  target: Buffer,
  offset: number,
  key: KeyObject,
  plaintext: Uint8Array,
  associated: Uint8Array,
): void {
  randomNonce(saltLength, target, offset)
  const salt = target.subarray(offset, offset + saltLength)
  sealInto(target, offset + saltLength, messageKey(key, salt), plaintext, associated)
}

/** The plaintext, or nothing where the message, the key or the associated data are not those that were sealed. */
export function openMessage(key: KeyObject, message: Uint8Array, associated: Uint8Array): Buffer | undefined {
  if (message.length < messageOverhead) return undefined
  return openBytes(openingKey(key, message.subarray(0, saltLength)), message.subarray(saltLength), associated)
}

type DerivedKeys = WeakMap<KeyObject, Map<string, KeyObject>>

/**
 * Of the young ones; as many may be old: more than a server reads in turns, as a key that is derived anew for each read leaves two
 * native handles for the collector to free. A derived key takes about half a kilobyte.
 */
const mostYoung = 16_384
let young: DerivedKeys = new WeakMap()
let old: DerivedKeys = new WeakMap()
let youngCount = 0

/**
 * The key of a message that is opened. The same messages (data keys of secrets that are in use) are opened again and again, so the
 * last thousands are kept, with the key that they come from and no longer than it: those used least long ago are young, and
 * when these are many the old ones go.
 */
function openingKey(key: KeyObject, salt: Uint8Array): KeyObject {
  const name = Buffer.from(salt.buffer, salt.byteOffset, salt.byteLength).toString('latin1')
  const known = young.get(key)?.get(name)
  if (known) return known
  const derived = old.get(key)?.get(name) ?? messageKey(key, salt)
  if (youngCount >= mostYoung) {
    old = young
    young = new WeakMap()
    youngCount = 0
  }
  let kept = young.get(key)
  if (!kept) young.set(key, (kept = new Map()))
  kept.set(name, derived)
  youngCount++
  return derived
}

/** One block of the counter mode KDF (NIST SP 800-108r1, 4.1) with HMAC-SHA-256: counter, label, zero, context, length in bits. */
function messageKey(key: KeyObject, salt: Uint8Array): KeyObject {
  const input = Buffer.allocUnsafe(prefix.length + saltLength + suffix.length)
  input.set(prefix, 0)
  input.set(salt, prefix.length)
  input.set(suffix, prefix.length + saltLength)
  const bytes = createHmac('sha256', key).update(input).digest()
  const derived = createSecretKey(bytes)
  bytes.fill(0)
  return derived
}

const prefix = Buffer.concat([Buffer.from([0, 0, 0, 1]), label, Buffer.from([0])])
const suffix = Buffer.from([0, 0, 1, 0])
