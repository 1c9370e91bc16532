import { assert } from '../../base/assert.ts'
import { toBase64 } from '../../base/bytes.ts'
import { Secret } from '../../base/secret.ts'
import { aes256Key, openBytes, sealBytes } from '../../crypto/aead.ts'
import { derivation } from '../../store/table.ts'
import { AwsError } from '../errors.ts'
import { decrypt } from '../kms/decrypt.ts'
import { encrypt } from '../kms/encrypt.ts'
import { generateDataKey } from '../kms/generate-data-key.ts'
import type { Context } from '../operation.ts'
import { keyUnusable } from './messages.ts'
import { viaSsm } from './operation.ts'
import type { StoredTier, VersionRecord } from './records.ts'

/** KMS makes it when it is first used. */
export const defaultKey = 'alias/aws/ssm'

type Sealed = Pick<VersionRecord, 'value' | 'encryption'>

/**
 * Encrypts a SecureString under a key of KMS: of the standard tier directly, of the advanced one, whose values are longer than
 * KMS takes, under a data key (KMS developer guide, «How AWS Systems Manager Parameter Store uses AWS KMS»).
 */
export async function sealValue(
  context: Context,
  arn: string,
  keyId: string,
  tier: StoredTier,
  value: Secret<string>,
): Promise<Sealed> {
  const bytes = Buffer.from(value.reveal(), 'utf8')
  const form = tier === 'Standard' ? 'direct' : 'envelope'
  const sealed = await (form === 'direct' ? sealDirectly : sealInEnvelope)(context, arn, keyId, bytes)
  bytes.fill(0)
  return { value: toBase64(sealed), encryption: { form, keyId } }
}

/** They stay as long as their record, so they have memory of their own: Node cuts small buffers from larger ones, which it would keep whole. */
const sealedBytes = derivation(({ value }: VersionRecord) => {
  const bytes = Buffer.alloc(Buffer.byteLength(value, 'base64'))
  bytes.write(value, 'base64')
  return bytes
})

/** The value in plaintext. KMS decides, and is asked each time: no data key outlives its request. */
export async function openValue(context: Context, arn: string, version: VersionRecord): Promise<Secret<string>> {
  const { encryption } = version
  if (!encryption) return new Secret(version.value)
  const open = encryption.form === 'direct' ? openDirectly : openEnvelope
  const bytes = await open(context, arn, sealedBytes(version))
  const text = new Secret(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
  bytes.fill(0)
  return text
}

async function sealDirectly(context: Context, arn: string, keyId: string, bytes: Buffer): Promise<Uint8Array> {
  const input = { KeyId: keyId, Plaintext: new Secret<Uint8Array>(bytes), EncryptionContext: { PARAMETER_ARN: arn } }
  const { output, refused } = await context.invoke(encrypt, input, viaSsm)
  if (refused) throw ofKms(refused, context)
  assert(output.CiphertextBlob, 'KMS gives what it encrypted')
  return output.CiphertextBlob
}

async function openDirectly(context: Context, arn: string, blob: Buffer): Promise<Uint8Array> {
  const input = { CiphertextBlob: blob, EncryptionContext: { PARAMETER_ARN: arn } }
  const { output, refused } = await context.invoke(decrypt, input, viaSsm)
  if (refused) throw ofKms(refused, context)
  assert(output.Plaintext, 'KMS gives what it decrypted')
  return output.Plaintext.reveal()
}

const envelopeVersion = 1
const headLength = 3

/** A version, the length of the encrypted data key, the key, and the value sealed under it for this ARN. */
async function sealInEnvelope(context: Context, arn: string, keyId: string, bytes: Buffer): Promise<Uint8Array> {
  const input = { KeyId: keyId, KeySpec: 'AES_256', EncryptionContext: { PARAMETER_ARN: arn } } as const
  const { output, refused } = await context.invoke(generateDataKey, input, viaSsm)
  if (refused) throw ofKms(refused, context)
  const { Plaintext: plaintext, CiphertextBlob: blob } = output
  assert(plaintext && blob, 'a data key comes whole')
  const key = wipedKey(plaintext.reveal())
  const head = Buffer.alloc(headLength)
  head.writeUInt8(envelopeVersion, 0)
  head.writeUInt16BE(blob.length, 1)
  return Buffer.concat([head, blob, sealBytes(key, bytes, Buffer.from(arn, 'utf8'))])
}

async function openEnvelope(context: Context, arn: string, envelope: Buffer): Promise<Uint8Array> {
  assert(envelope.readUInt8(0) === envelopeVersion, 'an envelope is of a known version')
  const end = headLength + envelope.readUInt16BE(1)
  const key = wipedKey(await openDirectly(context, arn, envelope.subarray(headLength, end)))
  const bytes = openBytes(key, envelope.subarray(end), Buffer.from(arn, 'utf8'))
  assert(bytes, 'a value opens under the data key stored beside it')
  return bytes
}

function wipedKey(bytes: Uint8Array) {
  const key = aes256Key(bytes)
  bytes.fill(0)
  return key
}

function ofKms(refused: AwsError, { call }: Context): AwsError {
  const { code, text } = refused
  return code === 'AccessDeniedException'
    ? new AwsError(code, text, { status: 400 })
    : keyUnusable(text, code, call.requestId)
}
