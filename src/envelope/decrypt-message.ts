import type { KeyObject } from 'node:crypto'
import { equalBytes } from '../base/bytes.ts'
import { type ByteStream, byteStream } from './byte-stream.ts'
import { publicKeyEntry } from './context.ts'
import { lastMark, mostFrames, nonceLength, nonceOf, openFrame, tagLength } from './frame.ts'
import { decodeHeader, type Header, isHeaderOf, type ReadHeader } from './header.ts'
import { MessageRefused } from './refusal.ts'
import { messageVerifier } from './signature.ts'
import { dataKeyLength, messageKeys } from './suite.ts'

/** Finds the data key of a header, which nobody has authenticated yet; nothing where no key opens it. */
export type Unwrap = (header: Header) => Promise<Uint8Array | undefined>

const mostHeaderBytes = 1024 * 1024

/**
 * Opens a message of the AWS Encryption SDK: format 2, suites with key commitment, framed. What it yields is authentic as far as
 * it goes, but only when it ends without throwing `MessageRefused` was that the whole message, with its signature: use nothing
 * before. Holds one frame at a time.
 */
export async function* decryptMessage(
  message: AsyncIterable<Uint8Array>,
  unwrap: Unwrap,
): AsyncGenerator<Buffer, void, undefined> {
  const source = byteStream(message)
  const header = await readHeader(source)
  const dataKey = await unwrap(header)
  if (dataKey?.length !== dataKeyLength) throw new MessageRefused('no key')
  const keys = messageKeys(header.suite, dataKey, header.messageId)
  dataKey.fill(0)
  if (!isHeaderOf(header, keys)) throw new MessageRefused('altered')
  const verifier = header.suite.signed ? messageVerifier(header.context.get(publicKeyEntry) ?? '') : undefined
  if (header.suite.signed && !verifier) throw new MessageRefused('altered')
  const take = async (length: number): Promise<Buffer> => {
    const bytes = await takeExactly(source, length)
    verifier?.update(bytes)
    return bytes
  }
  verifier?.update(Buffer.concat([header.signedBytes, header.tag]))
  yield* openFrames(header, keys.key, take)
  if (verifier) {
    const signature = await takeExactly(source, (await takeExactly(source, 2)).readUInt16BE())
    if (!verifier.isSignature(signature)) throw new MessageRefused('altered')
  }
  if (!(await source.atEnd())) throw new MessageRefused('more follows')
}

/** How long a header is, only the header says: it is read in longer and longer pieces. */
async function readHeader(source: ByteStream): Promise<ReadHeader> {
  for (let size = 4096; size <= mostHeaderBytes; size *= 2) {
    const bytes = await source.peek(size)
    try {
      const header = decodeHeader(bytes)
      await source.take(header.signedBytes.length + header.tag.length)
      return header
    } catch (error) {
      const longer = error instanceof MessageRefused && error.fault === 'truncated' && bytes.length === size
      if (!longer) throw error
    }
  }
  throw new MessageRefused('too large')
}

type Take = (length: number) => Promise<Buffer>

async function* openFrames({ messageId, frameLength }: Header, key: KeyObject, take: Take): AsyncGenerator<Buffer> {
  for (let number = 1; number <= mostFrames; number++) {
    const first = (await take(4)).readUInt32BE()
    const last = first === lastMark
    if ((last ? (await take(4)).readUInt32BE() : first) !== number) throw new MessageRefused('altered')
    if (!equalBytes(await take(nonceLength), nonceOf(number))) throw new MessageRefused('altered')
    const length = last ? (await take(4)).readUInt32BE() : frameLength
    if (length > frameLength) throw new MessageRefused('altered')
    const ciphertext = await take(length)
    const plaintext = openFrame(key, messageId, { number, last }, ciphertext, await take(tagLength))
    if (!plaintext) throw new MessageRefused('altered')
    yield plaintext
    if (last) return
  }
  throw new MessageRefused('too large')
}

async function takeExactly(source: ByteStream, length: number): Promise<Buffer> {
  const bytes = await source.take(length)
  if (bytes.length < length) throw new MessageRefused('truncated')
  return bytes
}
