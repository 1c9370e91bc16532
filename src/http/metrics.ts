import { bounds, emptyHistogram, type Figures, type Histogram, metricsText, mostSeries } from './metrics-text.ts'

interface Counter {
  readonly labels: string
  count: number
}

/** Counts the requests of this process. Label values come from models, never from callers. */
export class Metrics {
  readonly #counters: Counter[] = []
  /** The counters by service, operation and code, so that counting puts no text together. */
  readonly #requests = new Map<string, Map<string, Map<string, Counter>>>()
  readonly #durations = new Map<string, Histogram>()
  readonly #gauges = new Map<string, { help: string; read: () => number }>()

  /** A figure of this process that is read when somebody asks; one that only grows has a name in `_total`. */
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

  figures(): Figures {
    return {
      requests: this.#counters.map(({ labels, count }) => [labels, count]),
      durations: [...this.#durations],
      gauges: Array.from(this.#gauges, ([name, { help, read }]) => ({ name, help, value: read() })),
    }
  }

  text(): string {
    return metricsText(this.figures())
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
      histogram = emptyHistogram()
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
