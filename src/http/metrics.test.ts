import { expect, test } from 'vitest'
import { Metrics } from './metrics.ts'

test('the text is in the Prometheus format, with cumulative buckets', () => {
  const metrics = new Metrics()
  metrics.gauge('things', 'How many things.', () => 3)
  metrics.gauge('seconds_total', 'Seconds spent.', () => 1.5)
  metrics.request('kms', 'Encrypt', 'OK', 0.0004)
  metrics.request('kms', 'Encrypt', 'OK', 0.02)
  metrics.request('kms', 'Decrypt', 'AccessDeniedException', 60)
  const lines = metrics.text().split('\n')
  expect(lines.at(-1)).toBe('')
  for (const line of lines.slice(0, -1)) {
    expect(line).toMatch(
      /^(?:# (?:HELP [a-z_]+ .+|TYPE [a-z_]+ (?:counter|gauge|histogram))|[a-z_]+(?:\{(?:[a-z]+="[^"]*",?)+\})? [0-9.]+)$/,
    )
  }
  expect(lines).toContain('keyturn_requests_total{service="kms",operation="Encrypt",code="OK"} 2')
  expect(lines).toContain('keyturn_requests_total{service="kms",operation="Decrypt",code="AccessDeniedException"} 1')
  expect(lines).toContain('keyturn_request_duration_seconds_bucket{service="kms",le="0.0005"} 1')
  expect(lines).toContain('keyturn_request_duration_seconds_bucket{service="kms",le="0.01"} 1')
  expect(lines).toContain('keyturn_request_duration_seconds_bucket{service="kms",le="0.025"} 2')
  expect(lines).toContain('keyturn_request_duration_seconds_bucket{service="kms",le="10"} 2')
  expect(lines).toContain('keyturn_request_duration_seconds_bucket{service="kms",le="+Inf"} 3')
  expect(lines).toContain('keyturn_request_duration_seconds_count{service="kms"} 3')
  expect(lines).toContain('# TYPE things gauge')
  expect(lines).toContain('# TYPE seconds_total counter')
  expect(lines).toContain('seconds_total 1.5')
})

test('the number of series is bounded', () => {
  const metrics = new Metrics()
  for (let index = 0; index < 6000; index++) metrics.request('kms', `Operation${index}`, 'OK', 0.001)
  metrics.request('kms', 'Operation0', 'OK', 0.001)
  const series = metrics
    .text()
    .split('\n')
    .filter((line) => line.startsWith('keyturn_requests_total{'))
  expect(series).toHaveLength(5000)
  expect(series[0]).toMatch(/ 2$/)
})
