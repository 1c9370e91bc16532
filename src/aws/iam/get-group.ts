import { groupNamed, wireGroup } from './group.ts'
import { operation } from './operation.ts'
import { page } from './page.ts'
import { groupMembers, users } from './records.ts'
import { listedUser } from './user.ts'

/** Shows a group with the users that are in it. */
export const getGroup = operation('GetGroup', {
  on: groupNamed,
  async handle(input, group, { tx, call }) {
    const under = [call.caller.account, group.name.toLowerCase()]
    const { items, end } = await page(input, ['GetGroup', group.id], {
      key: (name: string) => name,
      async after(last, limit) {
        const rows = await groupMembers.range(tx, {
          under,
          limit,
          ...(last !== undefined && { after: [...under, last] }),
        })
        return rows.map(({ segments }) => segments[2] as string)
      },
    })
    const members = await users.getAll(
      tx,
      items.map((name) => [call.caller.account, name]),
    )
    return { Group: wireGroup(group), Users: members.flatMap((user) => (user ? [listedUser(user)] : [])), ...end }
  },
})
