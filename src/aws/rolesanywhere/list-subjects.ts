import { callersAccount, subjectKind } from './kind.ts'
import { operation } from './operation.ts'
import { pageOf } from './page.ts'
import { subjectSummary } from './wire.ts'

/** The subjects that were seen of the account in the region. */
export const listSubjects = operation('ListSubjects', {
  on: callersAccount,
  async handle(input, _record, context) {
    const { records, nextToken } = await pageOf(subjectKind, input, context)
    return { subjects: records.map(subjectSummary), nextToken }
  },
})
