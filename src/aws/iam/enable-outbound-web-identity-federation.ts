import { federationEnabled } from './messages.ts'
import { operation } from './operation.ts'
import { findFederation, issuerUrl, newFederation, saveFederation } from './outbound-federation.ts'

/** Lets principals of the account have tokens that tell others who they are. */
export const enableOutboundWebIdentityFederation = operation('EnableOutboundWebIdentityFederation', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle(_input, _record, { tx, call, platform }) {
    const { account } = call.caller
    const known = await findFederation(tx, account)
    if (known?.enabled) throw federationEnabled()
    const federation = known ? { ...known, enabled: true } : newFederation()
    const IssuerIdentifier = issuerUrl(federation, platform)
    saveFederation(tx, account, federation)
    return { IssuerIdentifier }
  },
})
