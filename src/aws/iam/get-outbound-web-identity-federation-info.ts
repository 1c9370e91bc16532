import { federationDisabled } from './messages.ts'
import { operation } from './operation.ts'
import { findFederation, issuerUrl } from './outbound-federation.ts'

/** Tells the issuer of the account's tokens. */
export const getOutboundWebIdentityFederationInfo = operation('GetOutboundWebIdentityFederationInfo', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle(_input, _record, { tx, call, platform }) {
    const federation = await findFederation(tx, call.caller.account)
    if (!federation?.enabled) throw federationDisabled()
    return { IssuerIdentifier: issuerUrl(federation, platform), JwtVendingEnabled: true }
  },
})
