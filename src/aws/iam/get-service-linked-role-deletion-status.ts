import { iamArn } from './entity.ts'
import { deletionTaskNotFound } from './messages.ts'
import { operation } from './operation.ts'

/** No deletion was ever begun, because there are no service-linked roles. */
export const getServiceLinkedRoleDeletionStatus = operation('GetServiceLinkedRoleDeletionStatus', {
  on: (_input, { call }) => ({
    arn: iamArn(call, 'role', '/aws-service-role/', '*'),
    account: call.caller.account,
    record: undefined,
  }),
  handle({ DeletionTaskId }) {
    throw deletionTaskNotFound(DeletionTaskId)
  },
})
