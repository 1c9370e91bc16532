import { operation } from './operation.ts'

/** Says who the caller is. Everybody may ask, whatever policies say. */
export const getCallerIdentity = operation('GetCallerIdentity', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  action: 'none',
  async handle(_input, _record, { call }) {
    const { id, account, arn } = call.caller
    return { UserId: id, Account: account, Arn: arn }
  },
})
