import { groupNamed } from './group.ts'
import { leave, readMember } from './group-member.ts'
import { operation } from './operation.ts'

/** Takes the permissions of a group from a user. */
export const removeUserFromGroup = operation('RemoveUserFromGroup', {
  on: groupNamed,
  async handle(input, group, context) {
    leave(group, await readMember(input.UserName, context), context)
    return {}
  },
})
