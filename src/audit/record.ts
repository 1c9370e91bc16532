/** One call, answered or refused. */
export interface AuditRecord {
  /** Unique for ever: an event that is written twice by a recovery is told by it. */
  readonly id: string
  readonly requestId: string
  /** The unique id of who called, or an empty text for an unknown caller. */
  readonly principal: string
  /**
   * The event as clients will read it, a JSON object on one line with no secret value in it. Searching by time reads its
   * member `eventTime` (ISO 8601).
   */
  readonly json: string
}
