import { shownPolicy } from '../bound-principals.ts'
import { operation } from './operation.ts'
import type { SecretRecord } from './records.ts'
import { arnOf, checkNotDeleted, secret } from './secret.ts'

/** Reads the policy of a secret, as it was put; users and roles that are gone show as their ids. */
export const getResourcePolicy = operation('GetResourcePolicy', {
  on: secret,
  async handle(_input, found: SecretRecord, { tx, platform }) {
    checkNotDeleted(found)
    const { policy, principals } = found
    const shown = policy && (await shownPolicy(policy, principals, tx, platform))
    return { ARN: arnOf(found), Name: found.name, ResourcePolicy: shown }
  },
})
