import type { RequestPrincipal } from '../../iam/principal-match.ts'
import type { Finding } from '../operation.ts'
import { operation } from './operation.ts'
import { givenPolicies } from './simulated-policies.ts'
import { boundaryGiven, callerGiven, ownerGiven, resourcePolicyGiven } from './simulated-request.ts'
import { contextOf, simulate } from './simulation.ts'

/** Says what somebody with the given policies might do. */
export const simulateCustomPolicy = operation('SimulateCustomPolicy', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  handle: async (input, _record, { call }) =>
    simulate(
      {
        principal: callerGiven(input.CallerArn) ?? somebody(call),
        identity: givenPolicies(input.PolicyInputList),
        boundary: boundaryGiven(input),
        resource: resourcePolicyGiven(input),
        resourceOwner: ownerGiven(input) ?? call.caller.account,
        actions: input.ActionNames,
        resources: input.ResourceArns ?? ['*'],
        context: contextOf(input.ContextEntries),
      },
      input,
      ['SimulateCustomPolicy', JSON.stringify({ ...input, Marker: undefined, MaxItems: undefined })],
    ),
})

/** Someone of the account whom no policy names. */
function somebody({ caller }: Finding['call']): RequestPrincipal {
  const { account } = caller
  return { type: 'user', account, arn: `arn:aws:iam::${account}:user/`, id: '' }
}
