import { groupKind, iamArn, saveEntity } from './entity.ts'
import { groupNamed } from './group.ts'
import { entityExists, tooManyMembersToRename } from './messages.ts'
import { operation } from './operation.ts'
import { renameUses } from './policy-use.ts'
import { groupMembers, type GroupRecord, groups, users } from './records.ts'

/** A transaction writes a bounded number of records, and a new name is written to each member. */
const mostMembers = 3000

/** Renames a group, or moves it to another path. Who is in it stays in it. */
export const updateGroup = operation('UpdateGroup', {
  on: groupNamed,
  async handle(input, group, context) {
    const { tx, call } = context
    const { account } = call.caller
    const { NewGroupName: name = group.name, NewPath: path = group.path } = input
    const arn = iamArn(call, 'group', path, name)
    if (arn !== group.arn) await context.require({ action: 'iam:UpdateGroup', resource: { arn, account } })
    const [before, after] = [group.name.toLowerCase(), name.toLowerCase()]
    const other = await groups.get(tx, account, after)
    if (other && other.id !== group.id) throw entityExists('group', name)
    const renamed: GroupRecord = { ...group, name, path, arn }
    groups.delete(tx, account, before)
    saveEntity(groupKind, renamed, context)
    if (name !== group.name) await renameUses('group', group, renamed, context)
    if (before === after) return {}
    if (group.members > mostMembers) throw tooManyMembersToRename(mostMembers)
    for (const { segments, record } of await groupMembers.range(tx, { under: [account, before], limit: mostMembers })) {
      const member = segments[2] as string
      const user = await users.get(tx, account, member)
      if (user)
        users.put(tx, { ...user, groups: user.groups.map((one) => (one === before ? after : one)) }, account, member)
      groupMembers.delete(tx, account, before, member)
      groupMembers.put(tx, record, account, after, member)
    }
    return {}
  },
})
