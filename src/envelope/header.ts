import { equalBytes } from '../base/bytes.ts'
import { countedTagLength, openCounted, sealCounted } from '../crypto/counted-aead.ts'
import { assert } from '../base/assert.ts'
import { type Context, decodeContext, encodeContext, publicKeyEntry } from './context.ts'
import { type FieldReader, field, fieldReader, uint16, uint32 } from './reader.ts'
import { MessageRefused } from './refusal.ts'
import { commitmentLength, type MessageKeys, messageIdLength, type Suite, suiteOf } from './suite.ts'

/** The data key of a message, encrypted by whoever keeps keys. */
export interface EncryptedDataKey {
  /** Who encrypted it: `aws-kms`. */
  readonly provider: string
  /** Under which key, in the provider's words: for KMS the ARN in UTF-8. */
  readonly info: Uint8Array
  readonly ciphertext: Uint8Array
}

export interface Header {
  readonly suite: Suite
  readonly messageId: Uint8Array
  readonly context: Context
  readonly keys: readonly EncryptedDataKey[]
  /** How many bytes each piece of the plaintext has but the last. */
  readonly frameLength: number
}

/** A header as it was read: not to be believed before `isHeaderOf` says so. */
export interface ReadHeader extends Header {
  readonly commitment: Uint8Array
  /** What the tag authenticates. */
  readonly signedBytes: Buffer
  readonly tag: Buffer
}

const format = 2
const framed = 2

/** Far more than anybody has keys for; each costs a request of whoever opens the message. */
export const mostKeys = 64
export const mostFrameBytes = 16 * 1024 * 1024

const nothing = Buffer.alloc(0)

/**
 * The header of format 2 with its tag (AWS Encryption SDK, message format reference): version, suite, message id, context,
 * encrypted data keys, content type, frame length, commitment; then a GCM tag over all that under the message's own key.
 */
export function encodeHeader(header: Header, { key, commitment }: MessageKeys): Buffer {
  const context = encodeContext(header.context)
  assert(context, 'the context was found to fit')
  const keys = header.keys.flatMap(({ provider, info, ciphertext }) => [
    field(Buffer.from(provider)),
    field(info),
    field(ciphertext),
  ])
  const body = Buffer.concat([
    Buffer.from([format]),
    uint16(header.suite.id),
    header.messageId,
    context,
    uint16(header.keys.length),
    ...keys,
    Buffer.from([framed]),
    uint32(header.frameLength),
    commitment,
  ])
  return Buffer.concat([body, sealCounted(key, 0, nothing, body).tag])
}

/** Reads the header that bytes begin with. Throws `MessageRefused`: `truncated` where it is longer, else what is wrong with it. */
export function decodeHeader(source: Buffer): ReadHeader {
  const reader = fieldReader(source, 'truncated')
  const version = reader.byte()
  // Format 1 has no key commitment: such a message may open as two things under two keys.
  if (version === 1) throw new MessageRefused('other format')
  if (version !== format) throw new MessageRefused('not a message')
  const suite = suiteOf(reader.uint16())
  if (!suite) throw new MessageRefused('other algorithm')
  const messageId = reader.bytes(messageIdLength)
  const context = decodeContext(reader)
  if (context.has(publicKeyEntry) !== suite.signed) throw new MessageRefused('not a message')
  const keys = decodeKeys(reader)
  const contentType = reader.byte()
  if (contentType !== framed) throw new MessageRefused(contentType === 1 ? 'other format' : 'not a message')
  const frameLength = reader.uint32()
  if (frameLength === 0) throw new MessageRefused('not a message')
  if (frameLength > mostFrameBytes) throw new MessageRefused('too large')
  const commitment = reader.bytes(commitmentLength)
  const signedBytes = source.subarray(0, source.length - reader.left)
  return { suite, messageId, context, keys, frameLength, commitment, signedBytes, tag: reader.bytes(countedTagLength) }
}

function decodeKeys(reader: FieldReader): readonly EncryptedDataKey[] {
  const count = reader.uint16()
  if (count === 0) throw new MessageRefused('not a message')
  if (count > mostKeys) throw new MessageRefused('too large')
  return Array.from({ length: count }, () => ({
    provider: reader.text(),
    info: reader.field(),
    ciphertext: reader.field(),
  }))
}

/** Whether a header was made with the data key of these keys, and is as it was made. */
export function isHeaderOf({ commitment, signedBytes, tag }: ReadHeader, keys: MessageKeys): boolean {
  return (
    equalBytes(commitment, keys.commitment) &&
    openCounted(keys.key, 0, { ciphertext: nothing, tag }, signedBytes) !== undefined
  )
}
