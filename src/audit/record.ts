/** One call, answered or refused. What stands beside its event says what the event says, for those who need not read it. */
export interface AuditRecord {
  /** Unique for ever: an event that is written twice by a recovery is told by it. `eventID` in the event. */
  readonly id: string
  /** `requestID` in the event. */
  readonly requestId: string
  /** The unique id of who called, or an empty text for an unknown caller. `userIdentity.principalId` in the event. */
  readonly principal: string
  /** When it happened, in milliseconds since 1970: searches by time go by it. `eventTime` in the event. */
  readonly time: number
  /**
   * The event as clients will read it, a JSON object on one line with no secret value in it.
   */
  readonly json: string
}

/** The record of an event that was written before, or nothing where it is no event. */
export function recordOf(event: unknown, json: string): AuditRecord | undefined {
  if (typeof event !== 'object' || event === null) return undefined
  const { eventID, requestID, eventTime, userIdentity } = event as Readonly<Record<string, unknown>>
  if (typeof eventID !== 'string' || typeof requestID !== 'string') return undefined
  const { principalId } = (userIdentity ?? {}) as { readonly principalId?: unknown }
  const time = (typeof eventTime === 'string' && Date.parse(eventTime)) || 0
  return {
    id: eventID,
    requestId: requestID,
    principal: typeof principalId === 'string' ? principalId : '',
    time,
    json,
  }
}
