import { checkClientIds, oidcProviderWithArn, saveOidcProvider } from './oidc-provider.ts'
import { operation } from './operation.ts'

/** Takes tokens for one more audience; adding it again changes nothing. */
export const addClientIDToOpenIDConnectProvider = operation('AddClientIDToOpenIDConnectProvider', {
  on: oidcProviderWithArn,
  async handle(input, provider, context) {
    const clientIds = checkClientIds([...provider.clientIds, input.ClientID])
    saveOidcProvider({ ...provider, clientIds }, context)
    return {}
  },
})
