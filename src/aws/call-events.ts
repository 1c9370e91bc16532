import type { AuditRecord } from '../audit/record.ts'
import type { ChangeEvents } from '../events/outbox.ts'
import type { Transaction } from '../store/store.ts'

/** The members of a CloudTrail event that decide where it goes. */
interface TrailEvent {
  readonly eventSource: string
  readonly eventType: string
  readonly eventTime: string
  readonly awsRegion: string
  readonly recipientAccountId: string
  readonly readOnly: boolean
  readonly managementEvent: boolean
  readonly errorCode?: string
  readonly resources?: readonly { readonly ARN: string }[]
}

const detailTypes: Readonly<Record<string, string>> = {
  AwsApiCall: 'AWS API Call via CloudTrail',
  AwsServiceEvent: 'AWS Service Event via CloudTrail',
}

/**
 * Tells of the changes that a commit makes, each as CloudTrail has EventBridge tell it: the audit record is the detail. Calls that
 * read, were refused or only used a resource changed nothing, and are not told.
 */
export function emitCalls(events: ChangeEvents, tx: Transaction, records: readonly AuditRecord[]): void {
  for (const { json } of records) {
    const detail = JSON.parse(json) as TrailEvent
    const { eventSource, eventType, eventTime, awsRegion: region, recipientAccountId: account } = detail
    const detailType = detailTypes[eventType]
    if (detail.readOnly || !detail.managementEvent || detail.errorCode !== undefined || detailType === undefined)
      continue
    const source = `aws.${eventSource.slice(0, eventSource.indexOf('.'))}`
    const resources = detail.resources?.map(({ ARN }) => ARN) ?? []
    events.emit(tx, { source, detailType, account, region, at: Date.parse(eventTime), resources, detail })
  }
}
