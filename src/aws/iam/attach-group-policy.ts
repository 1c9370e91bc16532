import { groupKind } from './entity.ts'
import { operation } from './operation.ts'
import { attachPolicy } from './policy-use.ts'
import { groupNamed } from './group.ts'

/** Attaches a managed policy to a group. */
export const attachGroupPolicy = operation('AttachGroupPolicy', {
  on: groupNamed,
  async handle(input, group, context) {
    await attachPolicy(groupKind, group, input.PolicyArn, context)
    return {}
  },
})
