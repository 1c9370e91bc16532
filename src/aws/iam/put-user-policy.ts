import { userKind } from './entity.ts'
import { putInlinePolicy } from './inline-policy.ts'
import { operation } from './operation.ts'
import { userNamed } from './user.ts'

/** Writes an inline policy of a user, over one with the same name too. */
export const putUserPolicy = operation('PutUserPolicy', {
  on: userNamed,
  async handle(input, user, context) {
    putInlinePolicy(userKind, user, { name: input.PolicyName, document: input.PolicyDocument }, context)
    return {}
  },
})
