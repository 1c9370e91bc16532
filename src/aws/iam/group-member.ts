import type { Finding } from '../operation.ts'
import { entityNamed, groupKind, saveEntity, userKind } from './entity.ts'
import { tooManyGroups } from './messages.ts'
import { type GroupRecord, groupMembers, type UserRecord } from './records.ts'

const groupsPerUser = 10

/** The user of a request that is on a group. */
export async function readMember(name: string, finding: Finding): Promise<UserRecord> {
  const found = await entityNamed(userKind, name, finding)
  if ('missing' in found) throw found.missing
  return found.record
}

/** Puts a user into a group; being in it already changes nothing. */
export function join(group: GroupRecord, user: UserRecord, finding: Finding): void {
  const name = group.name.toLowerCase()
  if (user.groups.includes(name)) return
  if (user.groups.length >= groupsPerUser) throw tooManyGroups(groupsPerUser)
  saveEntity(userKind, { ...user, groups: [...user.groups, name] }, finding)
  saveEntity(groupKind, { ...group, members: group.members + 1 }, finding)
  const { account } = finding.call.caller
  groupMembers.put(finding.tx, { name: user.name }, account, name, user.name.toLowerCase())
}

/** Takes a user out of a group; not being in it changes nothing. */
export function leave(group: GroupRecord, user: UserRecord, finding: Finding): void {
  const name = group.name.toLowerCase()
  if (!user.groups.includes(name)) return
  saveEntity(userKind, { ...user, groups: user.groups.filter((other) => other !== name) }, finding)
  saveEntity(groupKind, { ...group, members: group.members - 1 }, finding)
  groupMembers.delete(finding.tx, finding.call.caller.account, name, user.name.toLowerCase())
}

/** Shows a renamed user under its new name in the lists of its groups. */
export function renameMember(before: UserRecord, after: UserRecord, { tx, call }: Finding): void {
  const { account } = call.caller
  for (const group of after.groups) {
    groupMembers.delete(tx, account, group, before.name.toLowerCase())
    groupMembers.put(tx, { name: after.name }, account, group, after.name.toLowerCase())
  }
}
