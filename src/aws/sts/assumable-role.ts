import { parseArn } from '../../iam/arn.ts'
import { AwsError } from '../errors.ts'
import { roles, type RoleRecord } from '../iam/records.ts'
import { tagValues } from '../iam/tags.ts'
import { noTrust, trustPolicy } from '../iam/trust.ts'
import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { invalidRoleArn } from './messages.ts'

/**
 * Rule for assuming a role by its ARN: its trust policy decides, and must at least leave it to the caller's account. A role
 * that is not there answers as one that trusts nobody.
 */
export async function roleWithArn(arn: string, { tx }: Pick<Finding, 'tx'>): Promise<Resource<RoleRecord>> {
  const parsed = parseArn(arn)
  if (!parsed) throw invalidRoleArn(arn)
  const { service, account, resource } = parsed
  const name = resource.slice(resource.lastIndexOf('/') + 1)
  const mode = 'root-of-trust'
  const role =
    service === 'iam' && resource.startsWith('role/') ? await roles.get(tx, account, name.toLowerCase()) : undefined
  if (role?.arn !== arn) return { arn, account, mode, policies: [noTrust], missing: new AwsError('AccessDenied') }
  return { arn, account, mode, policies: [trustPolicy(role)], tags: tagValues(role.tags), record: role }
}
