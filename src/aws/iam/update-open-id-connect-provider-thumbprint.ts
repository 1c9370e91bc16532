import { checkThumbprints, oidcProviderWithArn, saveOidcProvider } from './oidc-provider.ts'
import { operation } from './operation.ts'

/** Replaces the certificates that may vouch for a provider's server. */
export const updateOpenIDConnectProviderThumbprint = operation('UpdateOpenIDConnectProviderThumbprint', {
  on: oidcProviderWithArn,
  async handle(input, provider, context) {
    saveOidcProvider({ ...provider, thumbprints: checkThumbprints(input.ThumbprintList) }, context)
    return {}
  },
})
