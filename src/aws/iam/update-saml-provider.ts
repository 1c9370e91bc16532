import { operation } from './operation.ts'
import { checkMetadata, refuseEncryption, samlProviderWithArn, saveSamlProvider } from './saml-provider.ts'

/** Replaces the metadata of a SAML identity provider. */
export const updateSAMLProvider = operation('UpdateSAMLProvider', {
  on: samlProviderWithArn,
  async handle(input, provider, context) {
    refuseEncryption(input)
    const { SAMLMetadataDocument: document = provider.document } = input
    const { validUntil: _before, ...rest } = provider
    saveSamlProvider({ ...rest, ...checkMetadata(document), document }, context)
    return { SAMLProviderArn: provider.arn }
  },
})
