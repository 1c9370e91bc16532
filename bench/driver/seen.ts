import { processorSeconds } from '../host/process-group.ts'
import type { Run, Seen } from './messages.ts'

/** A moment of a run, with the processor time that was spent until then. */
export interface Mark {
  readonly at: number
  readonly serverSeconds: number
  readonly driver: NodeJS.CpuUsage
}

export function mark({ processes }: Pick<Run, 'processes'>): Mark {
  return { at: performance.now(), serverSeconds: processorSeconds(processes), driver: process.cpuUsage() }
}

/** What was seen between two moments; latencies in milliseconds. */
export function seenBetween(began: Mark, ended: Mark, latencies: readonly number[], answerBytes: number): Seen {
  const sorted = Float64Array.from(latencies).sort()
  const spent = (mark: Mark): number => (mark.driver.user + mark.driver.system) / 1e6
  return {
    requests: sorted.length,
    seconds: (ended.at - began.at) / 1000,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    p999: percentile(sorted, 0.999),
    serverSeconds: ended.serverSeconds - began.serverSeconds,
    driverSeconds: spent(ended) - spent(began),
    answerBytes,
  }
}

export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
}
