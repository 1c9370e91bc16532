import { operation } from './operation.ts'
import type { SecretRecord } from './records.ts'
import { replicate } from './replication.ts'
import { arnOf, checkWritable, secret } from './secret.ts'
import { writeSecret } from './write-secret.ts'

/** Takes the policy off a secret; one that has none stays as it is. */
export const deleteResourcePolicy = operation('DeleteResourcePolicy', {
  on: secret,
  async handle(_input, found: SecretRecord, context) {
    checkWritable(found)
    if (found.policy !== undefined) {
      const after = { ...found, policy: undefined, principals: undefined, changedAt: context.call.now }
      writeSecret(context.tx, found, await replicate(context, after))
    }
    return { ARN: arnOf(found), Name: found.name }
  },
})
