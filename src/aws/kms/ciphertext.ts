import type { KeyObject } from 'node:crypto'
import { assert } from '../../base/assert.ts'
import { messageOverhead, openMessage, sealMessageInto } from '../../keys/message.ts'

/** What a custom key store makes of a plaintext. */
export interface ExternalParts {
  readonly iv: Uint8Array
  readonly metadata: Uint8Array
  readonly tag: Uint8Array
  readonly ciphertext: Uint8Array
}

/** Which key and which of its materials made a ciphertext. */
export interface CiphertextOrigin {
  readonly account: string
  readonly keyId: string
  readonly materialId: string
}

export interface Ciphertext extends CiphertextOrigin {
  readonly bytes: Uint8Array
  /** Whether a custom key store made it. */
  readonly external: boolean
}

const version = 1
const externalVersion = 2
const header = 1 + 1 + 6 + 16 + 32
const kinds = { uuid: 0, multiRegion: 1 } as const

/** The shortest ciphertext that can be one: that of a single byte, under a hardware token. */
const shortest = header + 1 + 12 + 1 + 16 + 1
const tagLength = 16
const longestMetadata = 20
const longest = 6144

/**
 * Encrypts under a symmetric key. The blob says which key it needs: format (1 byte, 1), kind of key id (1), account (6, big
 * endian), key id (16), material id (32), then the message of `keys/message.ts` with all of that and the encryption context as
 * associated data. Blobs of this format must stay readable for ever.
 */
export function sealCiphertext(
  origin: CiphertextOrigin,
  material: KeyObject,
  plaintext: Uint8Array,
  context: Uint8Array,
): Buffer {
  const blob = Buffer.allocUnsafe(header + messageOverhead + plaintext.length)
  writeHeader(blob, origin)
  sealMessageInto(blob, header, material, plaintext, associated(blob, context))
  return blob
}

/** The plaintext, or nothing where ciphertext, material or context are not those that were sealed. */
export function openCiphertext(
  { bytes, external }: Ciphertext,
  material: KeyObject,
  context: Uint8Array,
): Buffer | undefined {
  if (external) return undefined
  return openMessage(material, bytes.subarray(header), associated(bytes, context))
}

/** Reads what a blob says about its key; nothing where it is not one of ours. Only opening it proves that it says the truth. */
export function parseCiphertext(bytes: Uint8Array): Ciphertext | undefined {
  if (bytes.length < shortest || bytes.length > longest) return undefined
  if (bytes[0] !== version && bytes[0] !== externalVersion) return undefined
  const blob = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const account = blob.readUIntBE(2, 6)
  const kind = blob[1]
  if (account > 999_999_999_999 || (kind !== kinds.uuid && kind !== kinds.multiRegion)) return undefined
  const id = blob.toString('hex', 8, 24)
  return {
    account: String(account).padStart(12, '0'),
    keyId: kind === kinds.multiRegion ? `mrk-${id}` : uuidOf(id),
    materialId: blob.toString('hex', 24, header),
    bytes,
    external: bytes[0] === externalVersion,
  }
}

/**
 * A blob of the second format, for keys in custom key stores: the same header with format 2, then the length of the IV (1
 * byte) and the IV, the length of the store's metadata (1) and the metadata, the tag (16) and the ciphertext.
 */
export async function writeExternal(
  origin: CiphertextOrigin,
  seal: (header: Uint8Array) => Promise<ExternalParts>,
): Promise<Buffer> {
  const head = Buffer.alloc(header)
  writeHeader(head, origin)
  head[0] = externalVersion
  const { iv, metadata, tag, ciphertext } = await seal(head)
  const lengths = [Buffer.from([iv.length]), Buffer.from([metadata.length])] as const
  return Buffer.concat([head, lengths[0], iv, lengths[1], metadata, tag, ciphertext])
}

/** The parts of a blob of the second format, or nothing where their lengths do not add up. */
export function readExternal({
  bytes,
  external,
}: Ciphertext): { readonly header: Uint8Array; readonly sealed: ExternalParts } | undefined {
  if (!external) return undefined
  const ivLength = bytes[header] ?? 0
  const ivEnd = header + 1 + ivLength
  const metadataLength = bytes[ivEnd] ?? 0
  const metadataEnd = ivEnd + 1 + metadataLength
  const tagEnd = metadataEnd + tagLength
  if ((ivLength !== 12 && ivLength !== 16) || metadataLength > longestMetadata || bytes.length <= tagEnd)
    return undefined
  return {
    header: bytes.subarray(0, header),
    sealed: {
      iv: bytes.subarray(header + 1, ivEnd),
      metadata: bytes.subarray(ivEnd + 1, metadataEnd),
      tag: bytes.subarray(metadataEnd, tagEnd),
      ciphertext: bytes.subarray(tagEnd),
    },
  }
}

function writeHeader(blob: Buffer, { account, keyId, materialId }: CiphertextOrigin): void {
  const multiRegion = keyId.startsWith('mrk-')
  const id = multiRegion ? keyId.slice(4) : keyId.replaceAll('-', '')
  blob[0] = version
  blob[1] = multiRegion ? kinds.multiRegion : kinds.uuid
  blob.writeUIntBE(Number(account), 2, 6)
  assert(blob.write(id, 8, 16, 'hex') === 16, 'a key id has 16 bytes')
  assert(blob.write(materialId, 24, 32, 'hex') === 32, 'a material id has 32 bytes')
}

function associated(blob: Uint8Array, context: Uint8Array): Uint8Array {
  const own = blob.subarray(0, header)
  return context.length === 0 ? own : Buffer.concat([own, context])
}

function uuidOf(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
