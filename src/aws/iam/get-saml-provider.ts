import { operation } from './operation.ts'
import { samlProviderWithArn } from './saml-provider.ts'
import { wireTags } from './tags.ts'

/** Shows a SAML identity provider with its metadata. */
export const getSAMLProvider = operation('GetSAMLProvider', {
  on: samlProviderWithArn,
  handle: async (_input, { id, document, createdAt, validUntil, tags }) => ({
    SAMLProviderUUID: id,
    SAMLMetadataDocument: document,
    CreateDate: createdAt,
    ValidUntil: validUntil,
    ...(tags.length > 0 && { Tags: wireTags(tags) }),
  }),
})
