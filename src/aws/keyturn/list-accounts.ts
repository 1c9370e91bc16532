import { AwsError } from '../errors.ts'
import { isAccountId, listAccounts as accountsFrom } from '../iam/accounts.ts'
import { operation } from './operation.ts'
import { serverResource } from './server-resource.ts'

const defaultPage = 100

/** Lists accounts in the order of their numbers. The token is the last number of the page before. */
export const listAccounts = operation('ListAccounts', {
  on: serverResource,
  async handle({ MaxResults = defaultPage, NextToken }, _record, { tx }) {
    if (NextToken !== undefined && !isAccountId(NextToken)) {
      throw new AwsError('InvalidNextTokenException', 'The NextToken is not one that this operation gave.')
    }
    const found = await accountsFrom(tx, {
      limit: MaxResults + 1,
      ...(NextToken !== undefined && { after: NextToken }),
    })
    const page = found.slice(0, MaxResults)
    return {
      Accounts: page.map(({ id, name, createdAt }) => ({ AccountId: id, Name: name, CreatedDate: createdAt })),
      NextToken: found.length > MaxResults ? page.at(-1)?.id : undefined,
    }
  },
})
