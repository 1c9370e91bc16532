import { AwsError } from '../errors.ts'
import type { Context, Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { secretConditions } from '../secretsmanager/conditions.ts'
import type { SecretRecord } from '../secretsmanager/records.ts'
import { rotationStatus } from '../secretsmanager/rotation-status.ts'
import { arnOf, secret } from '../secretsmanager/secret.ts'
import { operation } from './operation.ts'

interface Asked {
  readonly found: Resource<SecretRecord>
}

/** What the rotation of a secret is at: whoever may describe the secret may know, and what its function said whoever may read it. */
export const getRotationStatus = operation('GetRotationStatus', {
  action: 'none',
  on: findAsked,
  async handle(input, { found }: Asked, context) {
    await requireFor(context, 'secretsmanager:DescribeSecret', input, found)
    if ('missing' in found) throw found.missing
    const { record } = found
    const mayRead = await may(() => requireFor(context, 'secretsmanager:GetSecretValue', input, found))
    return { ARN: arnOf(record), Name: record.name, ...(await rotationStatus(context.tx, record, mayRead)) }
  },
})

/** The secret, there or not: that it is not is said after permissions are known. */
async function findAsked(input: { readonly SecretId: string }, finding: Finding): Promise<Resource<Asked>> {
  const found = await secret(input, finding)
  const { arn, account, type, policies = [], tags = {} } = found
  return { arn, account, policies, tags, ...(type !== undefined && { type }), record: { found } }
}

function requireFor(context: Context, action: string, input: unknown, found: Resource<SecretRecord>): Promise<void> {
  const record = 'record' in found ? found.record : undefined
  return context.require({ action, resource: found, conditions: secretConditions(input, found, record) })
}

async function may(ask: () => Promise<void>): Promise<boolean> {
  try {
    await ask()
    return true
  } catch (error) {
    if (error instanceof AwsError) return false
    throw error
  }
}
