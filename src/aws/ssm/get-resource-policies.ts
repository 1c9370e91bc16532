import { openToken, type PageScope, sealToken } from '../page-token.ts'
import { invalidNextToken } from './messages.ts'
import { hereOf } from './name.ts'
import { operation } from './operation.ts'
import { factsOf } from './parameter.ts'
import { sharedParameter } from './shares.ts'

const defaultPage = 50

/** Lists the policies that share a parameter. */
export const getResourcePolicies = operation('GetResourcePolicies', {
  on: sharedParameter,
  async handle(input, found, { tx, call }) {
    const scope: PageScope = {
      ...hereOf(call),
      operation: 'ssm:GetResourcePolicies',
      parameters: [factsOf(found).arn],
    }
    const opened = input.NextToken === undefined ? undefined : await openToken(tx, scope, input.NextToken)
    if (input.NextToken !== undefined && !opened) throw invalidNextToken()
    const sorted = found.shares.toSorted((a, b) => (a.id < b.id ? -1 : 1))
    const rest = opened ? sorted.filter(({ id }) => id > (opened.state as string)) : sorted
    const page = rest.slice(0, input.MaxResults ?? defaultPage)
    const last = rest.length > page.length ? page.at(-1)?.id : undefined
    return {
      Policies: page.map(({ id, hash, document }) => ({ PolicyId: id, PolicyHash: hash, Policy: document })),
      NextToken: last && (await sealToken(tx, scope, last)),
    }
  },
})
