import { wireGroup } from './group.ts'
import { operation } from './operation.ts'
import { listed, page } from './page.ts'
import { groups } from './records.ts'
import { userNamed } from './user.ts'

/** Lists the groups that a user is in. */
export const listGroupsForUser = operation('ListGroupsForUser', {
  on: userNamed,
  async handle(input, user, { tx, call }) {
    const { items, end } = await page(
      input,
      ['ListGroupsForUser', user.id],
      listed(user.groups, (name) => name),
    )
    const found = await groups.getAll(
      tx,
      items.map((name) => [call.caller.account, name]),
    )
    return { Groups: found.flatMap((group) => (group ? [wireGroup(group)] : [])), ...end }
  },
})
