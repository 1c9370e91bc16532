import { parseArn } from '../../iam/arn.ts'
import { tagValues } from '../iam/tags.ts'
import type { Context } from '../operation.ts'
import { roleTrusting } from '../sts/service-trust.ts'
import { foreignRole, roleNotAssumable } from './messages.ts'
import { serviceName } from './operation.ts'

/**
 * Checks that a function may have a role: the caller may pass it (`iam:PassRole`), it is of the function's account, and it lets Lambda
 * assume it for this function.
 */
export async function checkRole(role: string, functionArn: string, context: Context): Promise<void> {
  const account = context.resource.account
  const owner = parseArn(role)?.account
  if (owner !== account) throw foreignRole()
  const source = { arn: functionArn, account }
  const record = await roleTrusting(role, { service: serviceName, source }, context)
  await context.require({
    action: 'iam:PassRole',
    resource: { arn: role, account, type: 'AWS::IAM::Role', ...(record && { tags: tagValues(record.tags) }) },
    conditions: { 'iam:PassedToService': serviceName, 'iam:AssociatedResourceArn': functionArn },
  })
  if (!record) throw roleNotAssumable()
}
