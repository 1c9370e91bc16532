import { federationDisabled } from './messages.ts'
import { operation } from './operation.ts'
import { findFederation, saveFederation } from './outbound-federation.ts'

/** Gives no more tokens. Those that were given can be verified until they end. */
export const disableOutboundWebIdentityFederation = operation('DisableOutboundWebIdentityFederation', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle(_input, _record, { tx, call }) {
    const { account } = call.caller
    const known = await findFederation(tx, account)
    if (!known?.enabled) throw federationDisabled()
    saveFederation(tx, account, { ...known, enabled: false })
    return {}
  },
})
