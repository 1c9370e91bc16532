import { userKind } from './entity.ts'
import { deleteInlinePolicy } from './inline-policy.ts'
import { operation } from './operation.ts'
import { userNamed } from './user.ts'

/** Deletes an inline policy of a user. */
export const deleteUserPolicy = operation('DeleteUserPolicy', {
  on: userNamed,
  async handle(input, user, context) {
    deleteInlinePolicy(userKind, user, input.PolicyName, context)
    return {}
  },
})
