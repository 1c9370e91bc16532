/** Upper bounds in seconds; requests take a fraction of a millisecond, waiting clients seconds. */
const bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const mostSeries = 5_000

interface Histogram {
  /** How many fell below each bound and above the one before it. */
  readonly buckets: number[]
  count: number
  sum: number
}

interface Counter {
  readonly labels: string
  count: number
}

/** Counts requests, and writes them in the Prometheus text format 0.0.4. Label values come from models, never from callers. */
export class Metrics {
  readonly #counters: Counter[] = []
  /** The counters by service, operation and code, so that counting puts no text together. */
  readonly #requests = new Map<string, Map<string, Map<string, Counter>>>()
  readonly #durations = new Map<string, Histogram>()
  readonly #gauges = new Map<string, { help: string; read: () => number }>()

  /** A figure that is read when somebody asks; one that only grows has a name in `_total`. */
  gauge(name: string, help: string, read: () => number): void {
    this.#gauges.set(name, { help, read })
  }

  /** `code` is the error code of a refusal, or `OK`. */
  request(service: string, operation: string, code: string, seconds: number): void {
    const counter = this.#counter(service, operation, code)
    if (counter) counter.count++
    const histogram = this.#histogram(service)
    histogram.count++
    histogram.sum += seconds
    let index = 0
    while (index < bounds.length && seconds > (bounds[index] as number)) index++
    if (index < bounds.length) histogram.buckets[index] = (histogram.buckets[index] as number) + 1
  }

  text(): string {
    const lines = [
      '# HELP keyturn_requests_total Requests by service, operation and outcome.',
      '# TYPE keyturn_requests_total counter',
    ]
    for (const { labels, count } of this.#counters) lines.push(`keyturn_requests_total{${labels}} ${count}`)
    lines.push('# HELP keyturn_request_duration_seconds Time from the last byte of a request to its answer.')
    lines.push('# TYPE keyturn_request_duration_seconds histogram')
    for (const [service, { buckets, count, sum }] of this.#durations) {
      const label = `service="${service}"`
      let below = 0
      bounds.forEach((bound, index) => {
        below += buckets[index] as number
        lines.push(`keyturn_request_duration_seconds_bucket{${label},le="${bound}"} ${below}`)
      })
      lines.push(`keyturn_request_duration_seconds_bucket{${label},le="+Inf"} ${count}`)
      lines.push(
        `keyturn_request_duration_seconds_sum{${label}} ${sum}`,
        `keyturn_request_duration_seconds_count{${label}} ${count}`,
      )
    }
    for (const [name, { help, read }] of this.#gauges) {
      const type = name.endsWith('_total') ? 'counter' : 'gauge'
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, `${name} ${read()}`)
    }
    return `${lines.join('\n')}\n`
  }

  #counter(service: string, operation: string, code: string): Counter | undefined {
    const operations = childOf(this.#requests, service)
    const codes = childOf(operations, operation)
    let counter = codes.get(code)
    if (!counter && this.#counters.length < mostSeries) {
      counter = { labels: `service="${service}",operation="${operation}",code="${code}"`, count: 0 }
      codes.set(code, counter)
      this.#counters.push(counter)
    }
    return counter
  }

  #histogram(service: string): Histogram {
    let histogram = this.#durations.get(service)
    if (!histogram) {
      histogram = { buckets: bounds.map(() => 0), count: 0, sum: 0 }
      this.#durations.set(service, histogram)
    }
    return histogram
  }
}

function childOf<V>(parent: Map<string, Map<string, V>>, name: string): Map<string, V> {
  let child = parent.get(name)
  if (!child) {
    child = new Map()
    parent.set(name, child)
  }
  return child
}
