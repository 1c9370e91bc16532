// The process that drives a server: it holds raw requests, replays them when it is told, and tells what it saw.
import { driveLoad } from './load.ts'
import type { Order, Report } from './messages.ts'
import { drivePaced } from './paced.ts'

let requests: readonly Uint8Array[] = []
let stopped = false

process.on('message', (order: Order) => {
  if (order.kind === 'stop') stopped = true
  else carryOut(order).then(tell, (error: Error) => tell({ kind: 'failed', reason: error.message }))
})
process.on('disconnect', () => process.exit(0))

async function carryOut(order: Exclude<Order, { kind: 'stop' }>): Promise<Report> {
  stopped = false
  if (order.kind === 'run') return { kind: 'seen', seen: await driveLoad(requests, order) }
  if (order.kind === 'run-paced') {
    return { kind: 'seen-paced', seen: await drivePaced(requests, order, () => stopped) }
  }
  const { bytes, ends } = order
  requests = Array.from(ends, (end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
  return { kind: 'loaded' }
}

function tell(report: Report): void {
  process.send?.(report)
}
