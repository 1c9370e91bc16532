import { randomBytes } from 'node:crypto'
import { assert } from '../../base/assert.ts'
import { uuid } from '../../base/ids.ts'
import type { CreateKeyRequest, KeySpec, KeyUsageType } from '../models/kms.ts'
import { type Context, Outside } from '../operation.ts'
import { callersAccount } from './account.ts'
import { keyArn } from './key.ts'
import { checkKeyPolicy } from './key-policy.ts'
import { keySpecs } from './key-specs.ts'
import { newMaterial, putMaterial } from './material.ts'
import { bothSpecs, specNotSupported, usageIncompatible, usageRequired } from './messages.ts'
import { describe } from './metadata.ts'
import { multiRegionTable } from './multi-region.ts'
import { operation } from './operation.ts'
import { defaultPolicy } from './policy.ts'
import { countMade } from './quota.ts'
import { type KeyRecord, keyTable } from './records.ts'
import { orRefuse } from './store-cipher.ts'
import { isInStore, keyInStore } from './store-key.ts'
import { withTags } from './tags.ts'
import { finishTokenKey, planTokenKey } from './token-key.ts'

/** Makes a key in the caller's account and region. */
export const createKey = operation('CreateKey', {
  on: callersAccount,
  conditions: (input) => {
    const spec = specOf(input)
    return {
      'kms:KeySpec': spec,
      'kms:KeyUsage': input.KeyUsage ?? 'ENCRYPT_DECRYPT',
      'kms:KeyOrigin': input.Origin ?? 'AWS_KMS',
      'kms:MultiRegion': input.MultiRegion ?? false,
      'kms:MultiRegionKeyType': input.MultiRegion ? 'PRIMARY' : undefined,
      'kms:BypassPolicyLockoutSafetyCheck': input.BypassPolicyLockoutSafetyCheck ?? false,
    }
  },
  async handle(input, _record, context) {
    const { tx, platform } = context
    const record = await newKey(input, context)
    await countMade(tx, record, platform)
    keyTable.put(tx, record, record.account, record.region, record.id)
    if (record.multiRegion) {
      multiRegionTable.put(tx, { primary: record.region, replicas: [] }, record.account, record.id)
    }
    const metadata = await describe(tx, record)
    const arn = keyArn(record.account, record.region, record.id)
    context.note({ resources: [{ arn, account: record.account, type: 'AWS::KMS::Key' }] })
    if (record.state !== 'Creating') return { KeyMetadata: metadata }
    planTokenKey(tx, record)
    return new Outside(async () => {
      await orRefuse(finishTokenKey(platform, record))
      return { KeyMetadata: { ...metadata, KeyState: 'Enabled' as const, Enabled: true } }
    })
  },
})

/** The record of a key as requested; its material is put where it is made here. */
async function newKey(input: CreateKeyRequest, context: Context): Promise<KeyRecord> {
  const { tx, call, platform } = context
  const { account } = call.caller
  const { region } = call
  const { spec, usage } = checkSpec(input)
  const tags = withTags([], input.Tags)
  const id = input.MultiRegion ? `mrk-${randomBytes(16).toString('hex')}` : uuid()
  const arn = keyArn(account, region, id)
  const policy = input.Policy ?? defaultPolicy(account, region)
  const bypass = input.BypassPolicyLockoutSafetyCheck ?? false
  const principals = input.Policy && (await checkKeyPolicy(policy, { arn, account }, context, bypass))
  if (tags.length > 0) await context.require({ action: 'kms:TagResource', resource: { arn, account } })
  const now = platform.clock.now()
  const origin = input.Origin ?? 'AWS_KMS'
  const record: KeyRecord = {
    account,
    region,
    id,
    createdAt: now,
    description: input.Description ?? '',
    spec,
    usage,
    origin,
    manager: 'CUSTOMER',
    state: 'PendingImport',
    policy,
    ...(principals && { principals }),
    tags,
    aliases: [],
    grants: 0,
    ...(input.MultiRegion && { multiRegion: 'PRIMARY' as const }),
  }
  if (isInStore(input)) return keyInStore(record, input, context)
  if (origin === 'EXTERNAL')
    return { ...record, imported: { salt: randomBytes(32).toString('base64'), complete: false } }
  const material = await newMaterial(spec, 1, now)
  const made: KeyRecord = { ...record, state: 'Enabled', material: material.id }
  putMaterial(tx, made, material)
  return made
}

function specOf(input: CreateKeyRequest): KeySpec {
  return input.KeySpec ?? input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT'
}

function checkSpec(input: CreateKeyRequest): { spec: KeySpec; usage: KeyUsageType } {
  if (input.KeySpec !== undefined && input.CustomerMasterKeySpec !== undefined) throw bothSpecs()
  const spec = specOf(input)
  if (input.KeyUsage === undefined && spec !== 'SYMMETRIC_DEFAULT') throw usageRequired()
  const usage = input.KeyUsage ?? 'ENCRYPT_DECRYPT'
  const row = keySpecs[spec]
  if (!row) throw specNotSupported(spec)
  if (row.usages[usage] === undefined) throw usageIncompatible(usage, spec)
  assert(row.usages[usage].length > 0, 'a usage that a spec has comes with algorithms')
  return { spec, usage }
}
