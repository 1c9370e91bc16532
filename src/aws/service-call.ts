import { uuid } from '../base/ids.ts'
import type { Call, Caller } from './call.ts'
import type { Platform } from './platform.ts'

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
