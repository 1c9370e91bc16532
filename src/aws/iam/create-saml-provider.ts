import { uuid } from '../../base/ids.ts'
import { count, countsOf } from './accounts.ts'
import { samlProviderExists, tooManySamlProviders } from './messages.ts'
import { operation } from './operation.ts'
import { checkMetadata, refuseEncryption, samlProviderArn, samlProviders, saveSamlProvider } from './saml-provider.ts'
import { readTags, wireTags } from './tags.ts'

const mostProviders = 100

/** Lets the assertions of a SAML identity provider stand for their subjects. */
export const createSAMLProvider = operation('CreateSAMLProvider', {
  on: ({ Name }, { call }) => ({ arn: samlProviderArn(Name, call), account: call.caller.account, record: undefined }),
  async handle(input, _record, context) {
    const { tx, call, resource } = context
    const { Name: name, SAMLMetadataDocument: document } = input
    const { account, arn } = resource
    refuseEncryption(input)
    const metadata = checkMetadata(document)
    const tags = readTags(input.Tags)
    if (await samlProviders.get(tx, account, name.toLowerCase())) throw samlProviderExists(name)
    if ((await countsOf(tx, account)).samlProviders >= mostProviders) throw tooManySamlProviders(mostProviders)
    await count(tx, account, 'samlProviders', 1)
    const id = uuid()
    saveSamlProvider({ name, arn, account, id, document, createdAt: call.now, tags, ...metadata }, context)
    return { SAMLProviderArn: arn, ...(tags.length > 0 && { Tags: wireTags(tags) }) }
  },
})
