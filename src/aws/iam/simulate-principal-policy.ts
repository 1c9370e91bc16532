import { tagValues } from './tags.ts'
import { operation } from './operation.ts'
import { contextOf, simulate } from './simulation.ts'
import { boundaryGiven, callerGiven, ownerGiven, resourcePolicyGiven } from './simulated-request.ts'
import {
  givenPolicies,
  type PolicySource,
  policySource,
  sourcePolicies,
  sourcePrincipal,
} from './simulated-policies.ts'

/** Says what a user, group or role may do, with its policies as they stand and others added to them. */
export const simulatePrincipalPolicy = operation('SimulatePrincipalPolicy', {
  on: policySource,
  async handle(input, source, context) {
    const { account } = context.call.caller
    const { identity, boundary } = await sourcePolicies(source, context)
    const principal = callerGiven(input.CallerArn) ?? sourcePrincipal(source, account)
    const values = principalContext(source, account, context.call.now)
    for (const [key, value] of contextOf(input.ContextEntries)) values.set(key, value)
    return simulate(
      {
        principal,
        identity: [...identity, ...givenPolicies(input.PolicyInputList)],
        boundary: boundaryGiven(input) ?? boundary,
        resource: resourcePolicyGiven(input),
        serviceControl: context.platform.organization?.serviceControl(account),
        resourceOwner: ownerGiven(input) ?? account,
        actions: input.ActionNames,
        resources: input.ResourceArns ?? ['*'],
        context: values,
      },
      input,
      ['SimulatePrincipalPolicy', JSON.stringify({ ...input, Marker: undefined, MaxItems: undefined })],
    )
  },
})

/** What a request of this principal would say of itself. */
function principalContext(
  { type, record }: PolicySource,
  account: string,
  now: number,
): Map<string, readonly string[]> {
  const values = new Map<string, readonly string[]>([
    ['aws:currenttime', [new Date(now).toISOString()]],
    ['aws:epochtime', [String(Math.floor(now / 1000))]],
    ['aws:principalaccount', [account]],
  ])
  if (type === 'group') return values
  values.set('aws:principalarn', [record.arn])
  values.set('aws:principaltype', [type === 'user' ? 'User' : 'AssumedRole'])
  if (type === 'user') {
    values.set('aws:username', [record.name])
    values.set('aws:userid', [record.id])
  }
  for (const [key, value] of Object.entries(tagValues(record.tags))) {
    values.set(`aws:principaltag/${key.toLowerCase()}`, [value])
  }
  return values
}
