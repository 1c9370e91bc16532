import { oidcProviders } from './oidc-provider.ts'
import { operation } from './operation.ts'

/** More than an account can have. */
const most = 1000

/** Lists the OpenID Connect providers of the account. */
export const listOpenIDConnectProviders = operation('ListOpenIDConnectProviders', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle(_input, _record, { tx, call }) {
    const rows = await oidcProviders.range(tx, { under: [call.caller.account], limit: most })
    return { OpenIDConnectProviderList: rows.map(({ record }) => ({ Arn: record.arn })) }
  },
})
