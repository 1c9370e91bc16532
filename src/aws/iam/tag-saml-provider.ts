import { operation } from './operation.ts'
import { samlProviderWithArn, saveSamlProvider } from './saml-provider.ts'
import { addTags } from './tags.ts'

/** Adds tags to a SAML identity provider, or changes their values. */
export const tagSAMLProvider = operation('TagSAMLProvider', {
  on: samlProviderWithArn,
  async handle(input, provider, context) {
    saveSamlProvider({ ...provider, tags: addTags(provider.tags, input.Tags) }, context)
    return {}
  },
})
