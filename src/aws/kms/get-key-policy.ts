import { ownKey } from './find-key.ts'
import { unknownPolicyName } from './messages.ts'
import { operation } from './operation.ts'

/** The policy of a key, as it was put. */
export const getKeyPolicy = operation('GetKeyPolicy', {
  on: ownKey,
  async handle({ PolicyName: name = 'default' }, record) {
    if (name !== 'default') throw unknownPolicyName()
    return { Policy: record.policy, PolicyName: name }
  },
})
