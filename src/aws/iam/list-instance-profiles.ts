import { rowsUnderPath } from './entity-list.ts'
import { instanceProfiles, wireInstanceProfile } from './instance-profile.ts'
import { operation } from './operation.ts'
import { page } from './page.ts'

/** Lists the instance profiles of the account, in the order of their names. */
export const listInstanceProfiles = operation('ListInstanceProfiles', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle(input, _record, context) {
    const { account } = context.call.caller
    const source = rowsUnderPath(context.tx, instanceProfiles, account, input.PathPrefix)
    const { items, end } = await page(input, ['ListInstanceProfiles', account, input.PathPrefix], source)
    return { InstanceProfiles: await Promise.all(items.map((item) => wireInstanceProfile(item, context))), ...end }
  },
})
