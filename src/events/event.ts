/** Something that changed, as the room that changed it tells it. Never holds a secret value. */
export interface ChangeEvent {
  /** `aws.secretsmanager`, `aws.ssm`, `keyturn`. */
  readonly source: string
  /** Such as `Parameter Store Change`. */
  readonly detailType: string
  readonly account: string
  readonly region: string
  /** When it happened, by the product's clock: milliseconds since 1970. */
  readonly at: number
  /** ARNs of what it is about. */
  readonly resources: readonly string[]
  readonly detail: object
}

/** An event as it leaves, in EventBridge's envelope (EventBridge user guide, «Events in Amazon EventBridge»). */
export interface EventEnvelope {
  readonly version: '0'
  /** The same in every delivery of one event, so that a receiver can tell a repetition. */
  readonly id: string
  readonly 'detail-type': string
  readonly source: string
  readonly account: string
  /** ISO 8601 in UTC, whole seconds. */
  readonly time: string
  readonly region: string
  readonly resources: readonly string[]
  readonly detail: object
}

export function envelopeOf(id: string, event: ChangeEvent): EventEnvelope {
  const { source, detailType, account, region, at, resources, detail } = event
  const time = `${new Date(at).toISOString().slice(0, 19)}Z`
  return { version: '0', id, 'detail-type': detailType, source, account, time, region, resources, detail }
}
