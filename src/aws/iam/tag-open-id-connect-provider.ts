import { oidcProviderWithArn, saveOidcProvider } from './oidc-provider.ts'
import { operation } from './operation.ts'
import { addTags } from './tags.ts'

/** Adds tags to an OpenID Connect provider, or changes their values. */
export const tagOpenIDConnectProvider = operation('TagOpenIDConnectProvider', {
  on: oidcProviderWithArn,
  async handle(input, provider, context) {
    saveOidcProvider({ ...provider, tags: addTags(provider.tags, input.Tags) }, context)
    return {}
  },
})
