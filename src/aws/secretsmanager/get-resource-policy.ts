import { operation } from './operation.ts'
import type { SecretRecord } from './records.ts'
import { arnOf, checkNotDeleted, secret } from './secret.ts'

/** Reads the policy of a secret, as it was put. */
export const getResourcePolicy = operation('GetResourcePolicy', {
  on: secret,
  async handle(_input, found: SecretRecord) {
    checkNotDeleted(found)
    return { ARN: arnOf(found), Name: found.name, ResourcePolicy: found.policy }
  },
})
