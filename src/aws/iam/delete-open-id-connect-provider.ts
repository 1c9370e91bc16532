import { count } from './accounts.ts'
import { oidcProviders, oidcProviderWithArn } from './oidc-provider.ts'
import { operation } from './operation.ts'

/** Ends the trust in an OpenID Connect provider: nobody assumes a role with its tokens any more. */
export const deleteOpenIDConnectProvider = operation('DeleteOpenIDConnectProvider', {
  on: oidcProviderWithArn,
  async handle(_input, { name }, { tx, call }) {
    oidcProviders.delete(tx, call.caller.account, name)
    await count(tx, call.caller.account, 'oidcProviders', -1)
    return {}
  },
})
