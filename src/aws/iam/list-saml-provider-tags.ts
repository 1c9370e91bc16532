import { operation } from './operation.ts'
import { listed, page } from './page.ts'
import { samlProviderWithArn } from './saml-provider.ts'
import { wireTags } from './tags.ts'

/** Lists the tags of a SAML identity provider. */
export const listSAMLProviderTags = operation('ListSAMLProviderTags', {
  on: samlProviderWithArn,
  async handle(input, { arn, tags }) {
    const source = listed(tags, ({ key }) => key.toLowerCase())
    const { items, end } = await page(input, ['ListSAMLProviderTags', arn], source)
    return { Tags: wireTags(items), ...end }
  },
})
