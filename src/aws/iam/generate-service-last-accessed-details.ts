import { uuid } from '../../base/ids.ts'
import { addJob } from './access-job.ts'
import { operation } from './operation.ts'
import { servicesAccessed } from './service-access.ts'

/** Asks when a user, group, role, or whoever has a policy, used which services. */
export const generateServiceLastAccessedDetails = operation('GenerateServiceLastAccessedDetails', {
  on: ({ Arn }, { call }) => ({ arn: Arn, account: call.caller.account, record: undefined }),
  async handle({ Arn: arn, Granularity: granularity = 'SERVICE_LEVEL' }, _record, context) {
    const { tx, call } = context
    // Answered once already so that what cannot be answered is refused here.
    await servicesAccessed(arn, context)
    const id = uuid()
    await addJob(tx, call.caller.account, { id, arn, granularity, createdAt: call.now })
    return { JobId: id }
  },
})
