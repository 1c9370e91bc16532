import { readAccessKey } from './access-key.ts'
import { operation } from './operation.ts'
import { accessKeys } from './records.ts'
import { userOrSelf } from './user.ts'

/** Switches a long-term key on or off; requests signed with one that is off are refused at once. */
export const updateAccessKey = operation('UpdateAccessKey', {
  on: userOrSelf,
  async handle(input, holder, context) {
    const key = await readAccessKey(holder, input.AccessKeyId, context)
    accessKeys.put(context.tx, { ...key, active: input.Status === 'Active' }, key.id)
    return {}
  },
})
