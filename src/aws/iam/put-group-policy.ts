import { groupKind } from './entity.ts'
import { putInlinePolicy } from './inline-policy.ts'
import { operation } from './operation.ts'
import { groupNamed } from './group.ts'

/** Writes an inline policy of a group, over one with the same name too. */
export const putGroupPolicy = operation('PutGroupPolicy', {
  on: groupNamed,
  async handle(input, group, context) {
    putInlinePolicy(groupKind, group, { name: input.PolicyName, document: input.PolicyDocument }, context)
    return {}
  },
})
