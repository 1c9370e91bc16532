import { parseArn } from '../../iam/arn.ts'
import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { findRecord, factsOf, factsOfNone } from './parameter.ts'
import { parameterNotFound } from './messages.ts'

/** The parameter that an ARN names. */
export async function parameterByArn(arn: string, finding: Finding): Promise<Resource<unknown> | undefined> {
  const parsed = parseArn(arn)
  if (parsed?.service !== 'ssm' || !parsed.resource.startsWith('parameter/')) return undefined
  const { account, region } = parsed
  const path = parsed.resource.slice('parameter'.length)
  const record = await findRecord({ account, region, path }, finding)
  return record
    ? { ...factsOf(record), record }
    : { ...factsOfNone(account, region, path), missing: parameterNotFound() }
}
