/** What the driver is told. */
export type Order =
  /** Raw requests behind one another; `ends` says where each of them ends. */
  { readonly kind: 'load'; readonly bytes: Uint8Array; readonly ends: Uint32Array } | ({ readonly kind: 'run' } & Run)

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

/** What was seen in the measured part of a run. */
export interface Seen {
  readonly requests: number
  readonly seconds: number
  /** Time from writing a request to the end of its answer, in milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly p999: number
  /** Processor time of the processes that were watched. */
  readonly serverSeconds: number
  readonly driverSeconds: number
  /** Bytes of the body of the last answer. */
  readonly answerBytes: number
}

/** What the driver answers to each order. */
export type Report =
  | { readonly kind: 'loaded' }
  | { readonly kind: 'seen'; readonly seen: Seen }
  | { readonly kind: 'failed'; readonly reason: string }
