import { Secret } from '../../base/secret.ts'
import type { Parameter, ParameterInlinePolicy } from '../models/ssm.ts'
import type { Context } from '../operation.ts'
import { factsOf } from './parameter.ts'
import type { ParameterRecord, PolicyRecord, VersionRecord } from './records.ts'
import { openValue } from './value.ts'

export interface AnswerOptions {
  /** What to call the parameter. */
  readonly name: string
  readonly selector?: string | undefined
  readonly decrypted: boolean
}

/** A version as the operations that read values answer it. */
export async function answer(
  context: Context,
  parameter: ParameterRecord,
  version: VersionRecord,
  { name, selector, decrypted }: AnswerOptions,
): Promise<Parameter> {
  const { arn } = factsOf(parameter)
  return {
    Name: name,
    Type: version.type,
    Value: decrypted ? await openValue(context, arn, version) : new Secret(version.value),
    Version: version.version,
    Selector: selector === undefined ? undefined : `:${selector}`,
    LastModifiedDate: version.modifiedAt,
    ARN: arn,
    DataType: version.dataType,
  }
}

/** What is told of a version without its value. */
export function describeVersion(version: VersionRecord) {
  return {
    Type: version.type,
    KeyId: version.encryption?.keyId,
    LastModifiedDate: version.modifiedAt,
    LastModifiedUser: version.modifiedBy,
    Description: version.description || undefined,
    AllowedPattern: version.allowedPattern || undefined,
    Version: version.version,
    Tier: version.tier,
    Policies: version.policies.map(describePolicy),
    DataType: version.dataType,
  }
}

function describePolicy({ text, rule, status }: PolicyRecord): ParameterInlinePolicy {
  return { PolicyText: text, PolicyType: rule.type, PolicyStatus: status }
}
