import { keyById } from './find-key.ts'
import { dropGrant, findGrant } from './grant.ts'
import { grantNotFound, invalidGrantId, wouldSucceed } from './messages.ts'
import { operation } from './operation.ts'

/** Ends a grant on behalf of the key. */
export const revokeGrant = operation('RevokeGrant', {
  on: keyById,
  conditions: (_input, _record, call) => ({ 'kms:GrantIsForAWSResource': call.via.length > 0 }),
  async handle({ GrantId: id, DryRun: dryRun }, record, { tx }) {
    if (!/^[0-9a-f]{64}$/.test(id)) throw invalidGrantId(id)
    const grant = await findGrant(tx, record, id)
    if (!grant) throw grantNotFound(id)
    if (dryRun) throw wouldSucceed()
    await dropGrant(tx, record, grant)
    return {}
  },
})
