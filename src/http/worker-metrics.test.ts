import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { Metrics } from './metrics.ts'
import { type Channel, exchangeMetrics, workerMetrics } from './worker-metrics.ts'

/** Both ends of a channel. Like one between processes it carries JSON, later; `cut` loses what is sent. */
function openChannel() {
  const link = { cut: false }
  const above = new EventEmitter()
  const below = new EventEmitter()
  const sendTo = (other: EventEmitter) => (message: object, lost: (error: Error | null) => void) => {
    const text = JSON.stringify(message)
    setImmediate(() => (link.cut ? lost(new Error('cut')) : other.emit('message', JSON.parse(text))))
  }
  const end = (own: EventEmitter, other: EventEmitter): Channel => Object.assign(own, { send: sendTo(other) })
  return { link, above: end(above, below), below: end(below, above) }
}

const never = 60_000

function openWorkers(count: number, { above: wait = never, below: waitMilliseconds = never } = {}) {
  const exchange = exchangeMetrics(wait)
  const workers = Array.from({ length: count }, (_one, worker) => {
    const { link, above, below } = openChannel()
    const metrics = new Metrics()
    metrics.gauge('things', 'How many things.', () => 10 + worker)
    exchange.join(worker, above)
    return { link, above, metrics, text: workerMetrics(metrics, below, { worker, workers: count, waitMilliseconds }) }
  })
  return { exchange, workers }
}

const linesOf = async (text: Promise<string>) => (await text).split('\n')

test('whoever is asked tells what all have counted, and gauges of each', async () => {
  const { workers } = openWorkers(3)
  for (const [index, { metrics }] of workers.entries()) {
    for (let times = 0; times <= index; times++) metrics.request('kms', 'Encrypt', 'OK', 0.002)
  }
  workers[2]?.metrics.request('ssm', 'GetParameter', 'OK', 60)
  for (const { text } of workers) {
    const lines = await linesOf(text())
    expect(lines).toContain('keyturn_requests_total{service="kms",operation="Encrypt",code="OK"} 6')
    expect(lines).toContain('keyturn_requests_total{service="ssm",operation="GetParameter",code="OK"} 1')
    expect(lines).toContain('keyturn_request_duration_seconds_bucket{service="kms",le="0.001"} 0')
    expect(lines).toContain('keyturn_request_duration_seconds_bucket{service="kms",le="0.0025"} 6')
    expect(lines).toContain('keyturn_request_duration_seconds_bucket{service="ssm",le="10"} 0')
    expect(lines).toContain('keyturn_request_duration_seconds_count{service="ssm"} 1')
    const things = lines.indexOf('# TYPE things gauge') + 1
    expect(lines.slice(things, things + 3)).toEqual([0, 1, 2].map((one) => `things{worker="${one}"} ${10 + one}`))
    expect(lines.filter((line) => line.startsWith('keyturn_workers'))).toEqual([
      'keyturn_workers 3',
      'keyturn_workers_reporting 3',
    ])
  }
})

test('many who ask at a time cost one round', async () => {
  const { workers } = openWorkers(2)
  let told = 0
  workers[0]?.above.on('message', (message) => {
    if ((message as { metrics: string }).metrics === 'tell') told++
  })
  await Promise.all([...workers, ...workers, ...workers].map(({ text }) => text()))
  expect(told).toBe(1)
})

test('who does not answer is left out after a while', async () => {
  const { workers } = openWorkers(3, { above: 20 })
  for (const { metrics } of workers) metrics.request('kms', 'Encrypt', 'OK', 0.002)
  const [first, silent] = workers
  if (!first || !silent) throw new Error('there are workers')
  silent.link.cut = true
  let lines = await linesOf(first.text())
  expect(lines).toContain('keyturn_requests_total{service="kms",operation="Encrypt",code="OK"} 2')
  expect(lines).toContain('keyturn_workers_reporting 2')
  expect(lines).toContain('keyturn_workers 3')
  expect(lines.filter((line) => line.startsWith('things{worker="1"}'))).toEqual([])
  silent.link.cut = false
  lines = await linesOf(first.text())
  expect(lines).toContain('keyturn_workers_reporting 3')
})

test('a process that ends while others wait for it keeps nobody waiting', async () => {
  const { exchange, workers } = openWorkers(2)
  const [first, ending] = workers
  if (!first || !ending) throw new Error('there are workers')
  ending.link.cut = true
  const text = first.text()
  first.above.on('message', () => exchange.leave(1))
  expect(await linesOf(text)).toContain('keyturn_workers_reporting 1')
  expect(await linesOf(first.text())).toContain('keyturn_workers_reporting 1')
})

test('where nobody above answers, a process tells of itself', async () => {
  const { workers } = openWorkers(2, { below: 5 })
  const [first] = workers
  if (!first) throw new Error('there are workers')
  first.link.cut = true
  first.metrics.request('kms', 'Encrypt', 'OK', 0.002)
  const lines = await linesOf(first.text())
  expect(lines).toContain('keyturn_requests_total{service="kms",operation="Encrypt",code="OK"} 1')
  expect(lines).toContain('keyturn_workers_reporting 1')
  expect(lines).toContain('things{worker="0"} 10')
})
