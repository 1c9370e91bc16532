import { uuid } from '../base/ids.ts'
import { evaluate } from '../iam/evaluate.ts'
import type { Call, Caller } from './call.ts'
import { conditionLookup } from './conditions.ts'
import type { Conditions, Finding } from './operation.ts'
import type { Platform } from './platform.ts'
import type { ResourceFacts } from './resource.ts'

/** An AWS service that acts for itself: only policies of resources that name it allow it anything. */
export function serviceCaller(name: string): Caller {
  return { principal: { type: 'service', name }, account: '', arn: '', id: '', accessKeyId: '' }
}

export interface ServiceCall {
  /** `secretsmanager.amazonaws.com`. */
  readonly service: string
  readonly region: string
  /** For what it calls; policies may demand it as `aws:SourceArn` and `aws:SourceAccount`. */
  readonly source: NonNullable<Call['source']>
}

/** A call that a service makes by itself, such as a scheduled one, in the region of what it is for. */
export async function serviceCall(platform: Platform, { service, region, source }: ServiceCall): Promise<Call> {
  return {
    requestId: uuid(),
    caller: serviceCaller(service),
    region,
    now: platform.clock.now(),
    sourceIp: service,
    userAgent: service,
    tls: undefined,
    moment: await platform.store.look(),
    source,
    via: [],
  }
}

export interface ServiceAction extends Pick<ServiceCall, 'service' | 'source'> {
  readonly action: string
  readonly resource: ResourceFacts
  readonly conditions?: Conditions
}

/** Whether a service would be allowed an action that it is to do later, by the policies as this transaction sees them. */
export async function serviceMay({ tx, call, platform }: Finding, asked: ServiceAction): Promise<boolean> {
  const { service, source, action, resource, conditions = {} } = asked
  const caller = serviceCaller(service)
  const context = conditionLookup({
    call: { ...call, caller, source, via: [], sourceIp: service, userAgent: service },
    policies: { identity: [], tags: {} },
    resource,
    input: {},
    specific: [() => conditions],
    organization: platform.organization,
  })
  const resourceControl = await platform.identities.resourceControl?.(tx, resource.account)
  const request = {
    principal: caller.principal,
    action,
    resource: resource.arn,
    resourceAccount: resource.account,
    context,
  }
  const policies = { identity: [], resource: resource.policies ?? [], resourceMode: resource.mode ?? 'grants' } as const
  return evaluate(request, { ...policies, ...(resourceControl && { resourceControl }) }).allowed
}
