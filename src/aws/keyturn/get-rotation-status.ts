import { AwsError } from '../errors.ts'
import type { Context } from '../operation.ts'
import { secretConditions } from '../secretsmanager/conditions.ts'
import type { SecretRecord } from '../secretsmanager/records.ts'
import { rotationStatus } from '../secretsmanager/rotation-status.ts'
import { arnOf, secret } from '../secretsmanager/secret.ts'
import { operation } from './operation.ts'

/** What the rotation of a secret is at. What its function said of a failure is for those who may read the secret as well. */
export const getRotationStatus = operation('GetRotationStatus', {
  on: secret,
  async handle(input, found: SecretRecord, context) {
    const status = await rotationStatus(context.tx, found, await mayRead(input, found, context))
    return { ARN: arnOf(found), Name: found.name, ...status }
  },
})

async function mayRead(input: unknown, found: SecretRecord, context: Context): Promise<boolean> {
  const { resource } = context
  const conditions = secretConditions(input, resource, found)
  try {
    await context.require({ action: 'secretsmanager:GetSecretValue', resource, conditions })
    return true
  } catch (error) {
    if (error instanceof AwsError) return false
    throw error
  }
}
