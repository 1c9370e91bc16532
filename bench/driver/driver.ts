import { fileURLToPath } from 'node:url'
import { type ChildHandle, startChild } from '../host/child.ts'
import type { Cores } from '../host/cores.ts'
import type { Order, PacedRun, PacedSeen, Report, Run, Seen } from './messages.ts'

/** The driver's process, seen from outside. One order at a time. */
export interface Driver {
  load(requests: readonly Uint8Array[]): Promise<void>
  run(run: Run): Promise<Seen>
  runPaced(run: PacedRun): Promise<PacedSeen>
  /** Ends the paced run that is under way. */
  endPaced(): void
  stop(): Promise<void>
}

export async function startDriver(cores: Cores): Promise<Driver> {
  const program = fileURLToPath(new URL('./main.ts', import.meta.url))
  const child: ChildHandle<Order, Report> = startChild(program, cores.driver, cores)
  const ask = async (order: Order): Promise<Report> => {
    const report = await child.ask(order)
    if (report.kind === 'failed') throw new Error(report.reason)
    return report
  }
  return {
    async load(requests) {
      let end = 0
      const ends = Uint32Array.from(requests, (request) => (end += request.length))
      await ask({ kind: 'load', bytes: Buffer.concat(requests), ends })
    },
    async run(run) {
      const report = await ask({ kind: 'run', ...run })
      if (report.kind !== 'seen') throw new Error('The driver answered another order than the last one.')
      return report.seen
    },
    async runPaced(run) {
      const report = await ask({ kind: 'run-paced', ...run })
      if (report.kind !== 'seen-paced') throw new Error('The driver answered another order than the last one.')
      return report.seen
    },
    endPaced: () => child.tell({ kind: 'stop' }),
    stop: child.stop,
  }
}
