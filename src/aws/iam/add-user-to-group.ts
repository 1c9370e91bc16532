import { groupNamed } from './group.ts'
import { join, readMember } from './group-member.ts'
import { operation } from './operation.ts'

/** Gives a user the permissions of a group. */
export const addUserToGroup = operation('AddUserToGroup', {
  on: groupNamed,
  async handle(input, group, context) {
    join(group, await readMember(input.UserName, context), context)
    return {}
  },
})
