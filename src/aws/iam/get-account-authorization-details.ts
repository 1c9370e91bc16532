import type { EntityType } from '../models/iam.ts'
import { type AccountPart, accountParts } from './account-part.ts'
import { groupDetail, policyDetail, roleDetail, userDetail } from './entity-detail.ts'
import { operation } from './operation.ts'
import { page } from './page.ts'

/** Shows all users, groups, roles and managed policies of the account with their relations. */
export const getAccountAuthorizationDetails = operation('GetAccountAuthorizationDetails', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle(input, _record, context) {
    const { account } = context.call.caller
    const { Filter } = input
    const wanted = (type: EntityType) => Filter === undefined || Filter.length === 0 || Filter.includes(type)
    const bound = ['GetAccountAuthorizationDetails', account, JSON.stringify(Filter)]
    const { items, end } = await page(input, bound, accountParts(wanted, context))
    const of = <T extends AccountPart['type']>(type: T) =>
      items.filter((part): part is Extract<AccountPart, { type: T }> => part.type === type)
    return {
      UserDetailList: await Promise.all(of('User').map(({ record }) => userDetail(record, context))),
      GroupDetailList: await Promise.all(of('Group').map(({ record }) => groupDetail(record, context))),
      RoleDetailList: await Promise.all(of('Role').map(({ record }) => roleDetail(record, context))),
      Policies: await Promise.all(of('Policy').map(({ record }) => policyDetail(record, context))),
      ...end,
    }
  },
})
