/** One call, answered or refused. `json` is the event as clients will read it; no secret value is in it. */
export interface AuditRecord {
  /** Unique for ever: an event that is written twice by a recovery is told by it. */
  readonly id: string
  readonly requestId: string
  /** The unique id of who called, or an empty text for an unknown caller. */
  readonly principal: string
  readonly json: string
}
