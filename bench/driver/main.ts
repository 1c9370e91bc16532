// The process that drives a server: it holds raw requests, replays them when it is told, and tells what it saw.
import { driveLoad } from './load.ts'
import type { Order, Report } from './messages.ts'

let requests: readonly Uint8Array[] = []

process.on('message', (order: Order) => {
  carryOut(order).then(tell, (error: Error) => tell({ kind: 'failed', reason: error.message }))
})
process.on('disconnect', () => process.exit(0))

async function carryOut(order: Order): Promise<Report> {
  if (order.kind === 'run') return { kind: 'seen', seen: await driveLoad(requests, order) }
  const { bytes, ends } = order
  requests = Array.from(ends, (end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
  return { kind: 'loaded' }
}

function tell(report: Report): void {
  process.send?.(report)
}
