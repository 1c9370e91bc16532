import { userKind } from './entity.ts'
import { operation } from './operation.ts'
import { attachPolicy } from './policy-use.ts'
import { userNamed } from './user.ts'

/** Attaches a managed policy to a user. */
export const attachUserPolicy = operation('AttachUserPolicy', {
  on: userNamed,
  async handle(input, user, context) {
    await attachPolicy(userKind, user, input.PolicyArn, context)
    return {}
  },
})
