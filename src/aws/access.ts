import type { AccessRequest, PolicySet } from '../iam/evaluate.ts'
import type { Call } from './call.ts'
import type { ConditionLookup } from './conditions.ts'
import type { CallerPolicies } from './platform.ts'
import type { ResourceFacts } from './resource.ts'

/** What a call asks of a resource, as policies are asked about it. */
export function accessRequest(
  { caller }: Call,
  action: string,
  resource: ResourceFacts,
  context: ConditionLookup,
): AccessRequest {
  return { principal: caller.principal, action, resource: resource.arn, resourceAccount: resource.account, context }
}

/** Every policy that has a say in a call on a resource. */
export function policySet(
  { caller }: Call,
  resource: ResourceFacts,
  policies: CallerPolicies,
  resourceControl: PolicySet['resourceControl'],
): PolicySet {
  return {
    identity: policies.identity,
    resource: resource.policies ?? [],
    resourceMode: resource.mode ?? 'grants',
    boundary: policies.boundary,
    session: caller.session?.policies,
    serviceControl: policies.serviceControl,
    resourceControl,
  }
}
