import { operation } from './operation.ts'
import { page } from './page.ts'
import { rowsUnderPath } from './entity-list.ts'
import { users } from './records.ts'
import { listedUser } from './user.ts'

/** Lists the users of the account, in the order of their names. */
export const listUsers = operation('ListUsers', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle(input, _record, { tx, call }) {
    const { account } = call.caller
    const source = rowsUnderPath(tx, users, account, input.PathPrefix)
    const { items, end } = await page(input, ['ListUsers', account, input.PathPrefix], source)
    return { Users: items.map(listedUser), ...end }
  },
})
