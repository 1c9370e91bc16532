import { oidcProviderWithArn, saveOidcProvider } from './oidc-provider.ts'
import { operation } from './operation.ts'
import { removeTags } from './tags.ts'

/** Takes tags off an OpenID Connect provider; those it does not have are no error. */
export const untagOpenIDConnectProvider = operation('UntagOpenIDConnectProvider', {
  on: oidcProviderWithArn,
  async handle(input, provider, context) {
    saveOidcProvider({ ...provider, tags: removeTags(provider.tags, input.TagKeys) }, context)
    return {}
  },
})
