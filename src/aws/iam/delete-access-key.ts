import { keyIds, readAccessKey, saveKeyIds } from './access-key.ts'
import { forgetLastUses } from './last-use.ts'
import { operation } from './operation.ts'
import { accessKeys } from './records.ts'
import { userOrSelf } from './user.ts'

/** Deletes a long-term key of a user, or of the caller. */
export const deleteAccessKey = operation('DeleteAccessKey', {
  on: userOrSelf,
  async handle(input, holder, context) {
    const { id } = await readAccessKey(holder, input.AccessKeyId, context)
    accessKeys.delete(context.tx, id)
    await forgetLastUses(context.tx, id)
    const others = keyIds(holder).filter((other) => other !== id)
    saveKeyIds(holder, others, context)
    return {}
  },
})
