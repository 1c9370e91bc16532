import { randomBytes } from 'node:crypto'
import { assert } from '../base/assert.ts'
import { byteStream } from './byte-stream.ts'
import type { Context } from './context.ts'
import { mostFrames, sealFrame } from './frame.ts'
import { type EncryptedDataKey, encodeHeader, type Header } from './header.ts'
import { field } from './reader.ts'
import { MessageRefused } from './refusal.ts'
import type { MessageSigner } from './signature.ts'
import { dataKeyLength, messageIdLength, messageKeys, signedSuite, unsignedSuite } from './suite.ts'

/** What a message is made with. */
export interface Materials {
  /** 32 random bytes, for this message alone. */
  readonly dataKey: Uint8Array
  readonly keys: readonly EncryptedDataKey[]
  /** Has the signer's public key where there is a signer. */
  readonly context: Context
  readonly signer?: MessageSigner | undefined
  readonly frameLength?: number
}

const usualFrameLength = 64 * 1024

/**
 * Encrypts bytes into a message of the AWS Encryption SDK: format 2, AES-256-GCM with HKDF and key commitment, in frames. Holds
 * one frame at a time.
 */
export async function* encryptMessage(
  plaintext: AsyncIterable<Uint8Array>,
  materials: Materials,
): AsyncGenerator<Buffer, void, undefined> {
  const { dataKey, keys, context, signer, frameLength = usualFrameLength } = materials
  assert(dataKey.length === dataKeyLength && keys.length > 0, 'a message has a data key, and somebody who can open it')
  const suite = signer ? signedSuite : unsignedSuite
  const header: Header = { suite, messageId: randomBytes(messageIdLength), context, keys, frameLength }
  const derived = messageKeys(suite, dataKey, header.messageId)
  const signed = (bytes: Buffer): Buffer => {
    signer?.update(bytes)
    return bytes
  }
  yield signed(encodeHeader(header, derived))
  const source = byteStream(plaintext)
  for (let number = 1; ; number++) {
    if (number > mostFrames) throw new MessageRefused('too large')
    const piece = await source.take(frameLength)
    const last = await source.atEnd()
    yield signed(sealFrame(derived.key, header.messageId, { number, last }, piece))
    if (last) break
  }
  if (signer) yield field(signer.finish())
}
