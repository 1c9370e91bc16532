import { ownKey } from './find-key.ts'
import { keyOf } from './key.ts'
import { checkCustomer, checkKeyPolicy } from './key-policy.ts'
import { unknownPolicyName } from './messages.ts'
import { operation } from './operation.ts'
import { keyTable } from './records.ts'

/** Gives a key another policy. */
export const putKeyPolicy = operation('PutKeyPolicy', {
  on: ownKey,
  conditions: (input) => ({
    'kms:BypassPolicyLockoutSafetyCheck': input.BypassPolicyLockoutSafetyCheck ?? false,
  }),
  async handle(input, record, context) {
    if (input.PolicyName !== undefined && input.PolicyName !== 'default') throw unknownPolicyName()
    checkCustomer(record)
    const bypass = input.BypassPolicyLockoutSafetyCheck ?? false
    const principals = await checkKeyPolicy(input.Policy, keyOf(record), context, bypass)
    keyTable.put(context.tx, { ...record, policy: input.Policy, principals }, record.account, record.region, record.id)
    return {}
  },
})
