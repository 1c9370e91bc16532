import { count, countsOf } from './accounts.ts'
import { providerExists, tooManyProviders } from './messages.ts'
import {
  checkClientIds,
  checkThumbprints,
  findOidcProvider,
  providerArn,
  providerName,
  saveOidcProvider,
} from './oidc-provider.ts'
import { operation } from './operation.ts'
import { readTags, wireTags } from './tags.ts'

const mostProviders = 100

/** Lets the tokens of an OpenID Connect provider stand for their subjects. */
export const createOpenIDConnectProvider = operation('CreateOpenIDConnectProvider', {
  on: ({ Url }, { call }) => ({
    arn: providerArn(providerName(Url), call),
    account: call.caller.account,
    record: undefined,
  }),
  async handle({ Url, ClientIDList = [], ThumbprintList = [], Tags }, _record, context) {
    const { tx, call, resource } = context
    const { account } = resource
    const name = providerName(Url)
    const tags = readTags(Tags)
    const clientIds = checkClientIds(ClientIDList)
    const thumbprints = checkThumbprints(ThumbprintList)
    if (await findOidcProvider(tx, account, name)) throw providerExists(`https://${name}`)
    if ((await countsOf(tx, account)).oidcProviders >= mostProviders) throw tooManyProviders(mostProviders)
    await count(tx, account, 'oidcProviders', 1)
    saveOidcProvider({ name, arn: resource.arn, createdAt: call.now, clientIds, thumbprints, tags }, context)
    return { OpenIDConnectProviderArn: resource.arn, ...(tags.length > 0 && { Tags: wireTags(tags) }) }
  },
})
