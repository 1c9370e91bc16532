import type { Awaitable } from '../../store/store.ts'
import type { ReEncryptRequest } from '../models/kms.ts'
import type { Conditions, Context, Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { decryptUnder, encryptUnder } from './cipher.ts'
import { keyConditions } from './conditions.ts'
import { contextConditions } from './encryption-context.ts'
import { checkGrantTokens, findKey, findKeyOfCiphertext, requestAlias } from './find-key.ts'
import { arnOf } from './key.ts'
import { checkEnabled, checkUse } from './key-state.ts'
import { ciphertextRequired, keyIdRequired, wouldSucceed } from './messages.ts'
import { operation } from './operation.ts'
import type { KeyRecord } from './records.ts'
import { readCiphertext } from './symmetric.ts'
import { noteUse } from './usage.ts'

/** The two keys of one request: the permission on the first is asked for by the operation, that on the second by its handler. */
interface Keys {
  readonly source: KeyRecord
  readonly destination: Resource<KeyRecord>
}

/** Decrypts under one key and encrypts under another, so that nobody outside sees the plaintext. */
export const reEncrypt = operation('ReEncrypt', {
  action: 'ReEncryptFrom',
  readOnly: true,
  on: keysOfRequest,
  conditions: (input, keys) => ({
    ...contextConditions(input.SourceEncryptionContext),
    'kms:EncryptionAlgorithm': sourceAlgorithm(input),
    'kms:RequestAlias': requestAlias(input.SourceKeyId),
    'kms:ReEncryptOnSameKey': keys && onSameKey(keys),
  }),
  async handle(input, keys, context) {
    const { source, destination: found } = keys
    await context.require({
      action: 'kms:ReEncryptTo',
      resource: found,
      conditions: destinationConditions(input, found),
    })
    if ('missing' in found) throw found.missing
    const destination = found.record
    context.note({ resources: [{ arn: found.arn, account: found.account, type: 'AWS::KMS::Key' }] })
    const opened = await open(input, source, context)
    const algorithm = input.DestinationEncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT'
    checkEnabled(destination)
    checkUse(destination, 'ENCRYPT_DECRYPT', 'ReEncrypt', algorithm)
    if (input.DryRun || !opened) throw wouldSucceed()
    const cipher = { operation: 'ReEncrypt', algorithm, context: input.DestinationEncryptionContext }
    const sealed = await encryptUnder(context, destination, cipher, opened.plaintext)
    opened.plaintext.fill(0)
    noteUse(context, source, 'ReEncrypt')
    noteUse(context, destination, 'ReEncrypt')
    return {
      CiphertextBlob: sealed.ciphertext,
      SourceKeyId: arnOf(source),
      KeyId: found.arn,
      SourceEncryptionAlgorithm: sourceAlgorithm(input),
      DestinationEncryptionAlgorithm: algorithm,
      SourceKeyMaterialId: opened.materialId,
      DestinationKeyMaterialId: sealed.materialId,
    }
  },
})

async function keysOfRequest(input: ReEncryptRequest, finding: Finding): Promise<Resource<Keys>> {
  checkGrantTokens(input.GrantTokens)
  const source = await sourceKey(input, finding)
  const destination = await findKey(input.DestinationKeyId, finding)
  if ('missing' in source) return source
  return { ...source, record: { source: source.record, destination } }
}

function sourceKey(input: ReEncryptRequest, finding: Finding): Awaitable<Resource<KeyRecord>> {
  const { CiphertextBlob: blob, SourceKeyId: keyId } = input
  const withoutBlob = input.DryRun && input.DryRunModifiers?.includes('IGNORE_CIPHERTEXT')
  if (blob === undefined && !withoutBlob) throw ciphertextRequired()
  if (keyId !== undefined) return findKey(keyId, finding)
  if (blob === undefined || sourceAlgorithm(input) !== 'SYMMETRIC_DEFAULT') throw keyIdRequired()
  return findKeyOfCiphertext(readCiphertext(blob), finding)
}

/** The plaintext; nothing where the request is a dry run without a ciphertext. */
async function open(input: ReEncryptRequest, source: KeyRecord, context: Context) {
  const algorithm = sourceAlgorithm(input)
  const cipher = { operation: 'ReEncrypt', algorithm, context: input.SourceEncryptionContext }
  if (input.CiphertextBlob !== undefined) return decryptUnder(context, source, cipher, input.CiphertextBlob)
  checkEnabled(source)
  checkUse(source, 'ENCRYPT_DECRYPT', 'ReEncrypt', algorithm)
  return undefined
}

function sourceAlgorithm(input: ReEncryptRequest) {
  return input.SourceEncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT'
}

function onSameKey({ source, destination }: Keys): boolean {
  return destination.arn === arnOf(source)
}

/** The conditions of the second permission: nothing that was said about the first key is left standing. */
function destinationConditions(input: ReEncryptRequest, found: Resource<KeyRecord>): Conditions {
  const cleared: Record<string, undefined> = {}
  for (const name of Object.keys(contextConditions(input.SourceEncryptionContext))) cleared[name] = undefined
  return {
    ...cleared,
    ...('record' in found && keyConditions(found.record)),
    ...contextConditions(input.DestinationEncryptionContext),
    'kms:EncryptionAlgorithm': input.DestinationEncryptionAlgorithm ?? 'SYMMETRIC_DEFAULT',
    'kms:RequestAlias': requestAlias(input.DestinationKeyId),
  }
}
