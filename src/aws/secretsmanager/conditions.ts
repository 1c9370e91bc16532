import type { Call } from '../call.ts'
import type { Conditions } from '../operation.ts'
import type { ResourceFacts } from '../resource.ts'
import type { SecretRecord } from './records.ts'

/** The condition keys that every operation on a secret has (service authorisation reference). */
export function secretConditions(
  input: unknown,
  resource: ResourceFacts,
  record: SecretRecord | undefined,
): Conditions {
  const conditions: Record<string, string | undefined> = {}
  for (const [key, value] of Object.entries(resource.tags ?? {})) {
    conditions[`secretsmanager:ResourceTag/${key}`] = value
  }
  const named = (input as { readonly SecretId?: string }).SecretId !== undefined
  return {
    ...conditions,
    'secretsmanager:SecretId': named ? resource.arn : undefined,
    'secretsmanager:SecretPrimaryRegion': record?.primaryRegion ?? record?.region,
    'secretsmanager:resource/AllowRotationLambdaArn': record?.rotation?.lambdaArn,
    'secretsmanager:resource/Type': record?.type,
  }
}

/** `KmsKeyId` is what the request says; `KmsKeyArn` the same as an ARN. */
export function kmsKeyConditions(
  kmsKeyId: string | undefined,
  { caller, region }: Call,
  partition: string,
): Conditions {
  if (kmsKeyId === undefined || kmsKeyId === '') return {}
  const arn = kmsKeyId.startsWith('arn:')
    ? kmsKeyId
    : `arn:${partition}:kms:${region}:${caller.account}:${kmsKeyId.startsWith('alias/') ? kmsKeyId : `key/${kmsKeyId}`}`
  return { 'secretsmanager:KmsKeyId': kmsKeyId, 'secretsmanager:KmsKeyArn': arn }
}
