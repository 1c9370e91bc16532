import { operation } from './operation.ts'
import { samlProviders } from './saml-provider.ts'

/** More than an account can have. */
const most = 1000

/** Lists the SAML identity providers of the account. */
export const listSAMLProviders = operation('ListSAMLProviders', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle(_input, _record, { tx, call }) {
    const rows = await samlProviders.range(tx, { under: [call.caller.account], limit: most })
    return {
      SAMLProviderList: rows.map(({ record: { arn, createdAt, validUntil } }) => ({
        Arn: arn,
        ValidUntil: validUntil,
        CreateDate: createdAt,
      })),
    }
  },
})
