import { uuid } from '../../base/ids.ts'
import { checkRevision } from './change.ts'
import { qualifiedFunction, readVersion } from './find-function.ts'
import { invalidPrincipal, policyTooLong, statementExists } from './messages.ts'
import { operation } from './operation.ts'
import { isSoundPolicy, longestPolicy, policyDocument, statementOf } from './policy.ts'
import { functions } from './records.ts'

/** Allows a service or an account to use a function, a version or an alias. */
export const addPermission = operation('AddPermission', {
  on: qualifiedFunction,
  conditions: (input) => ({
    'lambda:Principal': input.Principal,
    'lambda:FunctionUrlAuthType': input.FunctionUrlAuthType,
  }),
  async handle(input, found, context) {
    const { fn, qualifier } = found
    const { tx, resource, platform } = context
    await readVersion(found, context)
    const at = qualifier === '$LATEST' ? '' : (qualifier ?? '')
    const policy = fn.policies[at]
    checkRevision(input.RevisionId, policy)
    const before = policy?.statements ?? []
    if (before.some(({ Sid }) => Sid === input.StatementId)) throw statementExists(input.StatementId)
    const statement = statementOf(input, resource.arn, fn.region)
    const { Principal: principal } = statement
    const named = typeof principal === 'object' ? principal['AWS'] : undefined
    if (named !== undefined && (await platform.identities.principalExists?.(tx, named)) === false) {
      throw invalidPrincipal()
    }
    const changed = { statements: [...before, statement], revisionId: uuid() }
    if (!isSoundPolicy(changed)) throw invalidPrincipal()
    const size = Buffer.byteLength(policyDocument(changed))
    if (size > longestPolicy) throw policyTooLong(size, longestPolicy)
    const put = { ...fn, policies: { ...fn.policies, [at]: changed } }
    functions.put(tx, put, fn.account, fn.region, fn.name)
    return { Statement: JSON.stringify(statement) }
  },
})
