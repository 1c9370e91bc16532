import { readJob } from './access-job.ts'
import { operation } from './operation.ts'
import { listed, page } from './page.ts'
import { servicesAccessed } from './service-access.ts'

/** Answers when an entity used which services, as it stands now. Single actions are not kept. */
export const getServiceLastAccessedDetails = operation('GetServiceLastAccessedDetails', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle(input, _record, context) {
    const { tx, call } = context
    const { id, arn, granularity, createdAt } = await readJob(tx, call.caller.account, input.JobId)
    const source = listed(await servicesAccessed(arn, context), ({ ServiceNamespace }) => ServiceNamespace)
    const { items, end } = await page(input, ['GetServiceLastAccessedDetails', id], source)
    return {
      JobStatus: 'COMPLETED',
      JobType: granularity,
      JobCreationDate: createdAt,
      JobCompletionDate: createdAt,
      ServicesLastAccessed: [...items],
      ...end,
    }
  },
})
