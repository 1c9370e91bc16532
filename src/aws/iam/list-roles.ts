import { rowsUnderPath } from './entity-list.ts'
import { operation } from './operation.ts'
import { page } from './page.ts'
import { roles } from './records.ts'
import { listedRole } from './role.ts'

/** Lists the roles of the account, in the order of their names. */
export const listRoles = operation('ListRoles', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle(input, _record, context) {
    const { account } = context.call.caller
    const source = rowsUnderPath(context.tx, roles, account, input.PathPrefix)
    const { items, end } = await page(input, ['ListRoles', account, input.PathPrefix], source)
    return { Roles: await Promise.all(items.map((role) => listedRole(role, context))), ...end }
  },
})
