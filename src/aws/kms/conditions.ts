import type { Call } from '../call.ts'
import type { Conditions } from '../operation.ts'
import type { KeyWithUsage } from './find-key.ts'
import type { KeyRecord } from './records.ts'

/** The condition keys that every operation on a key has: who calls, through whom, and what the key is. */
export function serviceConditions(record: KeyRecord | undefined, call: Call): Conditions {
  return {
    'kms:CallerAccount': call.caller.account,
    'kms:ViaService': viaService(call),
    ...(record && keyConditions(record)),
  }
}

/** What a key itself says in conditions. */
export function keyConditions(record: KeyRecord): Conditions {
  return {
    'kms:KeySpec': record.spec,
    'kms:KeyUsage': record.usage,
    'kms:CustomerMasterKeySpec': record.spec,
    'kms:CustomerMasterKeyUsage': record.usage,
    'kms:KeyOrigin': record.origin,
    'kms:MultiRegion': record.multiRegion !== undefined,
    'kms:MultiRegionKeyType': record.multiRegion,
    'kms:ResourceAliases': record.aliases.length > 0 ? record.aliases : undefined,
  }
}

/** `secretsmanager.eu-west-1.amazonaws.com`, where that service calls in the caller's name. */
export function viaService({ via, region }: Call): string | undefined {
  const service = via.at(-1)
  if (service === undefined) return undefined
  const dot = service.indexOf('.')
  return `${service.slice(0, dot)}.${region}${service.slice(dot)}`
}

/** The key that an operation's record is or is about; nothing for operations that are on no key. */
export function keyOfRecord(record: unknown): KeyRecord | undefined {
  if (typeof record !== 'object' || record === null) return undefined
  if ('spec' in record) return record as KeyRecord
  return 'source' in record ? (record.source as KeyRecord) : undefined
}

/** For how many whole days nobody has used a key. */
export function trailingDays(found: KeyWithUsage | undefined, call: Call): Conditions {
  const days = found && Math.max(0, Math.floor((call.now - found.unusedSince) / 86_400_000))
  return { 'kms:TrailingDaysWithoutKeyUsage': days }
}
