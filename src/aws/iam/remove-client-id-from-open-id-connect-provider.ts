import { oidcProviderWithArn, saveOidcProvider } from './oidc-provider.ts'
import { operation } from './operation.ts'

/** Takes tokens for an audience no longer; one that is not there changes nothing. */
export const removeClientIDFromOpenIDConnectProvider = operation('RemoveClientIDFromOpenIDConnectProvider', {
  on: oidcProviderWithArn,
  async handle(input, provider, context) {
    const clientIds = provider.clientIds.filter((id) => id !== input.ClientID)
    saveOidcProvider({ ...provider, clientIds }, context)
    return {}
  },
})
