import { readInlinePolicy } from './inline-policy.ts'
import { operation } from './operation.ts'
import { wireDocument } from './policy-document.ts'
import { userNamed } from './user.ts'

/** Shows an inline policy of a user. */
export const getUserPolicy = operation('GetUserPolicy', {
  on: userNamed,
  async handle(input, user) {
    const { name, document } = readInlinePolicy('user', user, input.PolicyName)
    return { UserName: user.name, PolicyName: name, PolicyDocument: wireDocument(document) }
  },
})
