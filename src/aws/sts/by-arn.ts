import { parseArn } from '../../iam/arn.ts'
import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { roleWithArn } from './assumable-role.ts'

/** The role that an ARN names, with the policy that says who may assume it. */
export async function assumableRoleByArn(arn: string, finding: Finding): Promise<Resource<unknown> | undefined> {
  const parsed = parseArn(arn)
  return parsed?.service === 'iam' && parsed.resource.startsWith('role/') ? roleWithArn(arn, finding) : undefined
}
