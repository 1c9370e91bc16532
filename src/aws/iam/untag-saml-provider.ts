import { operation } from './operation.ts'
import { samlProviderWithArn, saveSamlProvider } from './saml-provider.ts'
import { removeTags } from './tags.ts'

/** Takes tags off a SAML identity provider; those it does not have are no error. */
export const untagSAMLProvider = operation('UntagSAMLProvider', {
  on: samlProviderWithArn,
  async handle(input, provider, context) {
    saveSamlProvider({ ...provider, tags: removeTags(provider.tags, input.TagKeys) }, context)
    return {}
  },
})
