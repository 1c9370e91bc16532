import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { findSecret } from './secret.ts'
import { readSecretId } from './secret-id.ts'

/** The secret that an ARN names, whole or without its last six characters. */
export async function secretByArn(arn: string, finding: Finding): Promise<Resource<unknown> | undefined> {
  const { caller, region } = finding.call
  const reference = arn.startsWith('arn:') && readSecretId(arn, { account: caller.account, region })
  return reference ? findSecret(arn, finding) : undefined
}
