/** One call, answered or refused. */
export interface AuditRecord {
  /** Unique for ever: an event that is written twice by a recovery is told by it. */
  readonly id: string
  readonly requestId: string
  /** The unique id of who called, or an empty text for an unknown caller. */
  readonly principal: string
  /** When it happened, in milliseconds since 1970, as its event's member `eventTime` says it: searches by time go by it. */
  readonly time: number
  /**
   * The event as clients will read it, a JSON object on one line with no secret value in it.
   */
  readonly json: string
}
