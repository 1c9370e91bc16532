import { rowsUnderPath } from './entity-list.ts'
import { wireGroup } from './group.ts'
import { operation } from './operation.ts'
import { page } from './page.ts'
import { groups } from './records.ts'

/** Lists the groups of the account, in the order of their names. */
export const listGroups = operation('ListGroups', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle(input, _record, { tx, call }) {
    const { account } = call.caller
    const source = rowsUnderPath(tx, groups, account, input.PathPrefix)
    const { items, end } = await page(input, ['ListGroups', account, input.PathPrefix], source)
    return { Groups: items.map(wireGroup), ...end }
  },
})
