import type { AuditRecord } from './record.ts'

type Facts = Pick<AuditRecord, 'id'> & Partial<Omit<AuditRecord, 'json'>>

/** A record whose event says what stands beside it, and more where asked. */
export function recordFor(
  { id, requestId = 'request', principal = 'p', time = 0 }: Facts,
  more: object = {},
): AuditRecord {
  const event = {
    userIdentity: principal === '' ? {} : { principalId: principal },
    eventTime: new Date(time).toISOString(),
    requestID: requestId,
    eventID: id,
    ...more,
  }
  return { id, requestId, principal, time, json: JSON.stringify(event) }
}
