import { userKind } from './entity.ts'
import { operation } from './operation.ts'
import { detachPolicy } from './policy-use.ts'
import { userNamed } from './user.ts'

/** Takes a managed policy off a user. */
export const detachUserPolicy = operation('DetachUserPolicy', {
  on: userNamed,
  async handle(input, user, context) {
    await detachPolicy(userKind, user, input.PolicyArn, context)
    return {}
  },
})
