import { groupKind } from './entity.ts'
import { operation } from './operation.ts'
import { detachPolicy } from './policy-use.ts'
import { groupNamed } from './group.ts'

/** Takes a managed policy off a group. */
export const detachGroupPolicy = operation('DetachGroupPolicy', {
  on: groupNamed,
  async handle(input, group, context) {
    await detachPolicy(groupKind, group, input.PolicyArn, context)
    return {}
  },
})
