import { oidcProviderWithArn } from './oidc-provider.ts'
import { operation } from './operation.ts'
import { wireTags } from './tags.ts'

/** Shows an OpenID Connect provider. */
export const getOpenIDConnectProvider = operation('GetOpenIDConnectProvider', {
  on: oidcProviderWithArn,
  handle: async (_input, { name, clientIds, thumbprints, createdAt, tags }) => ({
    Url: name,
    ClientIDList: clientIds,
    ThumbprintList: thumbprints,
    CreateDate: createdAt,
    Tags: wireTags(tags),
  }),
})
