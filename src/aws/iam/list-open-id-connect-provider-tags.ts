import { oidcProviderWithArn } from './oidc-provider.ts'
import { operation } from './operation.ts'
import { listed, page } from './page.ts'
import { wireTags } from './tags.ts'

/** Lists the tags of an OpenID Connect provider. */
export const listOpenIDConnectProviderTags = operation('ListOpenIDConnectProviderTags', {
  on: oidcProviderWithArn,
  async handle(input, { arn, tags }) {
    const source = listed(tags, ({ key }) => key.toLowerCase())
    const { items, end } = await page(input, ['ListOpenIDConnectProviderTags', arn], source)
    return { Tags: wireTags(items), ...end }
  },
})
