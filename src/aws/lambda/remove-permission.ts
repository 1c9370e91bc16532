import { uuid } from '../../base/ids.ts'
import { checkRevision } from './change.ts'
import { qualifiedFunction } from './find-function.ts'
import { noPolicy, statementNotFound } from './messages.ts'
import { operation } from './operation.ts'
import { functions } from './records.ts'

/** Takes one statement out of a policy; the policy goes with the last. */
export const removePermission = operation('RemovePermission', {
  on: qualifiedFunction,
  async handle({ StatementId, RevisionId }, { fn, qualifier }, { tx }) {
    const at = qualifier === '$LATEST' ? '' : (qualifier ?? '')
    const policy = fn.policies[at]
    if (!policy) throw noPolicy()
    checkRevision(RevisionId, policy)
    const statements = policy.statements.filter(({ Sid }) => Sid !== StatementId)
    if (statements.length === policy.statements.length) throw statementNotFound(StatementId)
    const { [at]: _removed, ...others } = fn.policies
    const policies = statements.length > 0 ? { ...others, [at]: { statements, revisionId: uuid() } } : others
    functions.put(tx, { ...fn, policies }, fn.account, fn.region, fn.name)
    return {}
  },
})
