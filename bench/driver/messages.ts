/** What the driver is told. */
export type Order =
  /** Raw requests behind one another; `ends` says where each of them ends. */
  | { readonly kind: 'load'; readonly bytes: Uint8Array; readonly ends: Uint32Array }
  | ({ readonly kind: 'run' } & Run)
  | ({ readonly kind: 'run-paced' } & PacedRun)
  /** Ends the paced run that is under way, which is then answered. */
  | { readonly kind: 'stop' }

export interface Run {
  readonly port: number
  readonly connections: number
  /** Seconds of traffic before the measurement begins. */
  readonly warmSeconds: number
  readonly seconds: number
  /** Begin again after the last request; otherwise the run ends with it. */
  readonly repeat: boolean
  /** The processes whose processor time is told. */
  readonly processes: readonly number[]
}

/** A run whose requests are sent at moments of their own, whatever becomes of those before. They are always repeated. */
export interface PacedRun extends Omit<Run, 'repeat'> {
  readonly perSecond: number
}

/** What was seen in the measured part of a run. */
export interface Seen {
  readonly requests: number
  readonly seconds: number
  /**
   * Time to the end of an answer, in milliseconds: from writing its request, or from the moment at which a paced one was to be
   * sent.
   */
  readonly p50: number
  readonly p99: number
  readonly p999: number
  /** Processor time of the processes that were watched. */
  readonly serverSeconds: number
  readonly driverSeconds: number
  /** Bytes of the body of the last answer. */
  readonly answerBytes: number
}

export interface PacedSeen extends Seen {
  /** How late the driver itself came to its requests, at most, in 99 of 100 cases. */
  readonly lateP99: number
}

/** What the driver answers to each order but `stop`. */
export type Report =
  | { readonly kind: 'loaded' }
  | { readonly kind: 'seen'; readonly seen: Seen }
  | { readonly kind: 'seen-paced'; readonly seen: PacedSeen }
  | { readonly kind: 'failed'; readonly reason: string }
