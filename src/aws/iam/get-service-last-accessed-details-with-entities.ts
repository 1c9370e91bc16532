import { readJob } from './access-job.ts'
import { operation } from './operation.ts'
import { listed, page } from './page.ts'
import { whoAccessed } from './service-access.ts'

/** Answers which users and roles of an entity used a service, and when. */
export const getServiceLastAccessedDetailsWithEntities = operation('GetServiceLastAccessedDetailsWithEntities', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle(input, _record, context) {
    const { tx, call } = context
    const { id, arn, createdAt } = await readJob(tx, call.caller.account, input.JobId)
    const all = await whoAccessed(arn, input.ServiceNamespace, context)
    const bound = ['GetServiceLastAccessedDetailsWithEntities', id, input.ServiceNamespace]
    const { items, end } = await page(
      input,
      bound,
      listed(all, ({ actor }) => actor.arn),
    )
    return {
      JobStatus: 'COMPLETED',
      JobCreationDate: createdAt,
      JobCompletionDate: createdAt,
      EntityDetailsList: items.map(({ actor, at }) => ({
        EntityInfo: { Arn: actor.arn, Name: actor.name, Type: actor.type, Id: actor.id, Path: actor.path },
        ...(at !== undefined && { LastAuthenticated: at }),
      })),
      ...end,
    }
  },
})
