import { aes256Key, openBytes, sealBytes } from '../../crypto/aead.ts'
import { assert } from '../../base/assert.ts'
import { equalBytes, toBase64 } from '../../base/bytes.ts'
import { Secret } from '../../base/secret.ts'
import type { AwsError } from '../errors.ts'
import { decrypt } from '../kms/decrypt.ts'
import { generateDataKey } from '../kms/generate-data-key.ts'
import type { Context } from '../operation.ts'
import { partitionOf } from '../partition.ts'
import { derivation } from '../../store/table.ts'
import {
  bothValues,
  decryptionFailed,
  defaultKeyAcrossAccounts,
  encryptionFailed,
  kmsAccessDenied,
  valueTooLong,
} from './messages.ts'
import { serviceSource } from './operation.ts'
import type { SealedValue, SecretRecord } from './records.ts'
import { arnOf } from './secret.ts'

/** What a version holds, in plaintext. */
export interface SecretValue {
  readonly kind: 'string' | 'binary'
  readonly bytes: Secret<Uint8Array>
}

const longestValue = 65_536
const defaultKey = 'alias/aws/secretsmanager'
const via = { via: serviceSource } as const

/** The value in a request, or nothing where it has none. */
export function valueOf(input: {
  readonly SecretString?: Secret<string> | undefined
  readonly SecretBinary?: Secret<Uint8Array> | undefined
}): SecretValue | undefined {
  const { SecretString: text, SecretBinary: binary } = input
  if (text !== undefined && binary !== undefined) throw bothValues()
  const bytes = text === undefined ? binary?.reveal() : Buffer.from(text.reveal(), 'utf8')
  if (bytes === undefined || bytes.length === 0) return undefined
  if (bytes.length > longestValue) throw valueTooLong(text === undefined ? 'secretBinary' : 'secretString')
  return { kind: text === undefined ? 'binary' : 'string', bytes: new Secret(bytes) }
}

export function sameValue(a: SecretValue, b: SecretValue): boolean {
  return a.kind === b.kind && equalBytes(a.bytes.reveal(), b.bytes.reveal())
}

/** The key id to store: nothing for the default key, however it was named. */
export function ownKeyId(kmsKeyId: string | undefined): string | undefined {
  return kmsKeyId === undefined || kmsKeyId === '' || kmsKeyId === defaultKey ? undefined : kmsKeyId
}

/** The default key of an account is for its own callers. */
export function checkKeyReach(secret: SecretRecord, kmsKeyId: string | undefined, context: Context): void {
  if (kmsKeyId === undefined && secret.account !== context.call.caller.account) throw defaultKeyAcrossAccounts()
}

/** Encrypts a value for a version, under a new data key of the secret's KMS key. */
export async function sealValue(
  context: Context,
  secret: SecretRecord,
  versionId: string,
  { kind, bytes }: SecretValue,
): Promise<SealedValue> {
  const arn = arnOf(secret)
  const { key, blob, keyArn } = await newDataKey(context, secret, versionId)
  const sealed = sealBytes(key, bytes.reveal(), associated(arn, versionId))
  return {
    kind,
    kmsKeyArn: secret.kmsKeyId === undefined ? undefined : keyArn,
    dataKey: toBase64(blob),
    ciphertext: toBase64(sealed),
  }
}

/** Decrypts the value of a version. */
export async function openValue(
  context: Context,
  secret: SecretRecord,
  versionId: string,
  sealed: SealedValue,
): Promise<SecretValue> {
  return { kind: sealed.kind, bytes: new Secret(await decryptValue(context, secret, versionId, sealed)) }
}

/** Decrypts the value of a version into the members of an answer that show it. */
export async function openMembers(
  context: Context,
  secret: SecretRecord,
  versionId: string,
  sealed: SealedValue,
): Promise<{ SecretString?: Secret<string>; SecretBinary?: Secret<Uint8Array> }> {
  const bytes = await decryptValue(context, secret, versionId, sealed)
  if (sealed.kind === 'binary') return { SecretBinary: new Secret(bytes) }
  const text = bytes.toString('utf8')
  bytes.fill(0)
  return { SecretString: new Secret(text) }
}

/** It stays as long as its record, so it has memory of its own: Node cuts small buffers from larger ones, which it would keep whole. */
const dataKeyBlob = derivation(({ dataKey }: SealedValue) => {
  const blob = Buffer.alloc(Buffer.byteLength(dataKey, 'base64'))
  blob.write(dataKey, 'base64')
  return blob
})

/** KMS decides, and is asked each time: no data key outlives its request. */
async function decryptValue(
  context: Context,
  secret: SecretRecord,
  versionId: string,
  sealed: SealedValue,
): Promise<Buffer> {
  const arn = arnOf(secret)
  const key = await openDataKey(context, arn, versionId, dataKeyBlob(sealed))
  const bytes = openBytes(key, Buffer.from(sealed.ciphertext, 'base64'), associated(arn, versionId))
  assert(bytes, 'a value opens under the data key stored beside it')
  return bytes
}

/** Proves that the caller may use a key that was chosen for a secret, as AWS does, before anything depends on it. */
export async function checkKeyAccess(context: Context, secret: SecretRecord): Promise<void> {
  const versionId = 'RequestToValidateKeyAccess'
  const { blob } = await newDataKey(context, secret, versionId)
  await openDataKey(context, arnOf(secret), versionId, blob)
}

async function newDataKey(context: Context, secret: SecretRecord, versionId: string) {
  const { output, refused } = await context.invoke(
    generateDataKey,
    {
      KeyId: keyReference(secret, context),
      KeySpec: 'AES_256',
      EncryptionContext: { SecretARN: arnOf(secret), SecretVersionId: versionId },
    },
    via,
  )
  if (refused) throw ofKms(refused, encryptionFailed)
  const { Plaintext: plaintext, CiphertextBlob: blob, KeyId: keyArn } = output
  assert(plaintext && blob && keyArn, 'a data key comes whole')
  return { key: wipedKey(plaintext), blob, keyArn }
}

async function openDataKey(context: Context, arn: string, versionId: string, blob: Uint8Array) {
  const { output, refused } = await context.invoke(
    decrypt,
    { CiphertextBlob: blob, EncryptionContext: { SecretARN: arn, SecretVersionId: versionId } },
    via,
  )
  if (refused) throw ofKms(refused, decryptionFailed)
  assert(output.Plaintext, 'a data key was decrypted')
  return wipedKey(output.Plaintext)
}

function wipedKey(plaintext: Secret<Uint8Array>) {
  const bytes = plaintext.reveal()
  const key = aes256Key(bytes)
  bytes.fill(0)
  return key
}

function ofKms(refused: AwsError, failed: () => AwsError): AwsError {
  return refused.code === 'AccessDeniedException' ? kmsAccessDenied() : failed()
}

/** The owner's account is where a key without an ARN is looked for, whoever calls. */
function keyReference({ account, region, kmsKeyId }: SecretRecord, { call }: Context): string {
  const id = kmsKeyId ?? defaultKey
  if (id.startsWith('arn:') || account === call.caller.account) return id
  return `arn:${partitionOf(region)}:kms:${region}:${account}:${id.startsWith('alias/') ? id : `key/${id}`}`
}

function associated(arn: string, versionId: string): Buffer {
  return Buffer.from(JSON.stringify([arn, versionId]), 'utf8')
}
