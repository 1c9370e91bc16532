import { iamArn } from './entity.ts'
import { noServiceLinkedRole } from './messages.ts'
import { operation } from './operation.ts'

/** Refused as AWS refuses it for a service that has no such role: none here needs one. */
export const createServiceLinkedRole = operation('CreateServiceLinkedRole', {
  on: ({ AWSServiceName: service }, { call }) => ({
    arn: iamArn(call, 'role', `/aws-service-role/${service}/`, '*'),
    account: call.caller.account,
    record: undefined,
  }),
  conditions: ({ AWSServiceName }) => ({ 'iam:AWSServiceName': AWSServiceName }),
  handle({ AWSServiceName }) {
    throw noServiceLinkedRole(AWSServiceName)
  },
})
