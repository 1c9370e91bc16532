import { groupKind } from './entity.ts'
import { deleteInlinePolicy } from './inline-policy.ts'
import { operation } from './operation.ts'
import { groupNamed } from './group.ts'

/** Deletes an inline policy of a group. */
export const deleteGroupPolicy = operation('DeleteGroupPolicy', {
  on: groupNamed,
  async handle(input, group, context) {
    deleteInlinePolicy(groupKind, group, input.PolicyName, context)
    return {}
  },
})
