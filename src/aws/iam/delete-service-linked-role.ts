import { iamArn } from './entity.ts'
import { entityNotFound } from './messages.ts'
import { operation } from './operation.ts'

/** There are no service-linked roles; every other role is out of its reach. */
export const deleteServiceLinkedRole = operation('DeleteServiceLinkedRole', {
  on: ({ RoleName }, { call }) => ({
    arn: iamArn(call, 'role', '/', RoleName),
    account: call.caller.account,
    record: undefined,
  }),
  handle({ RoleName }) {
    throw entityNotFound('role', RoleName)
  },
})
