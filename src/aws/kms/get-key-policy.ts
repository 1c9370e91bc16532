import { shownPolicy } from '../bound-principals.ts'
import { ownKey } from './find-key.ts'
import { unknownPolicyName } from './messages.ts'
import { operation } from './operation.ts'

/** The policy of a key, as it was put; users and roles that are gone show as their ids. */
export const getKeyPolicy = operation('GetKeyPolicy', {
  on: ownKey,
  async handle({ PolicyName: name = 'default' }, record, { tx, platform }) {
    if (name !== 'default') throw unknownPolicyName()
    return { Policy: await shownPolicy(record.policy, record.principals, tx, platform), PolicyName: name }
  },
})
