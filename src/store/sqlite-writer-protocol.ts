/** What the thread is started with. */
export interface WriterData {
  readonly path: string
  readonly maximumBytes: number | undefined
  /** How many of the latest commits the change table keeps. */
  readonly keptChanges: number
}

/** The answer to the next commits in the order they were sent. */
export interface WriterAnswer {
  /** The commit's number, or one of the two below. */
  readonly outcomes: readonly number[]
  /** Why the failed ones failed. */
  readonly reason: string
}

export const conflicted = 0
export const failed = -1
/** The message that ends the thread once everything before it is done. */
export const closing = 'close'
