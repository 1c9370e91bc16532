import { readInlinePolicy } from './inline-policy.ts'
import { operation } from './operation.ts'
import { wireDocument } from './policy-document.ts'
import { groupNamed } from './group.ts'

/** Shows an inline policy of a group. */
export const getGroupPolicy = operation('GetGroupPolicy', {
  on: groupNamed,
  async handle(input, group) {
    const { name, document } = readInlinePolicy('group', group, input.PolicyName)
    return { GroupName: group.name, PolicyName: name, PolicyDocument: wireDocument(document) }
  },
})
