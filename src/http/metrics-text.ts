/** Upper bounds in seconds; requests take a fraction of a millisecond, waiting clients seconds. */
export const bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
export const mostSeries = 5_000

export interface Histogram {
  /** How many fell below each bound and above the one before it. */
  readonly buckets: number[]
  count: number
  sum: number
}

/** What one process has counted, as plain data that goes from process to process. */
export interface Figures {
  /** By labels as the text has them. */
  readonly requests: readonly (readonly [labels: string, count: number])[]
  /** By service. */
  readonly durations: readonly (readonly [service: string, Histogram])[]
  readonly gauges: readonly { readonly name: string; readonly help: string; readonly value: number }[]
}

/** The figures of one process in the Prometheus text format 0.0.4. */
export function metricsText(figures: Figures): string {
  return written([...summed([figures]), ...gaugeLines([['', figures]])])
}

/**
 * The figures of processes that share a port, by the number of each: counts are added up, and a figure of a process itself has
 * its number as a label. `workers` is how many there should be.
 */
export function workersText(figures: ReadonlyMap<number, Figures>, workers: number): string {
  const inOrder = [...figures].toSorted(([a], [b]) => a - b)
  return written([
    ...summed(inOrder.map(([, of]) => of)),
    ...gaugeLines(inOrder.map(([worker, of]) => [`{worker="${worker}"}`, of])),
    ...head('keyturn_workers', 'Serving processes that there should be.', 'gauge'),
    `keyturn_workers ${workers}`,
    ...head('keyturn_workers_reporting', 'Serving processes whose figures are in this answer.', 'gauge'),
    `keyturn_workers_reporting ${figures.size}`,
  ])
}

const written = (lines: readonly string[]): string => `${lines.join('\n')}\n`

const head = (name: string, help: string, type: string): readonly string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
]

function summed(figures: readonly Figures[]): readonly string[] {
  const requests = new Map<string, number>()
  for (const [labels, count] of figures.flatMap((one) => one.requests)) {
    const before = requests.get(labels)
    if (before !== undefined || requests.size < mostSeries) requests.set(labels, (before ?? 0) + count)
  }
  const lines = [...head('keyturn_requests_total', 'Requests by service, operation and outcome.', 'counter')]
  for (const [labels, count] of requests) lines.push(`keyturn_requests_total{${labels}} ${count}`)
  const name = 'keyturn_request_duration_seconds'
  lines.push(...head(name, 'Time from the last byte of a request to its answer.', 'histogram'))
  for (const [service, { buckets, count, sum }] of summedDurations(figures)) {
    const label = `service="${service}"`
    let below = 0
    bounds.forEach((bound, index) => {
      below += buckets[index] as number
      lines.push(`${name}_bucket{${label},le="${bound}"} ${below}`)
    })
    lines.push(`${name}_bucket{${label},le="+Inf"} ${count}`)
    lines.push(`${name}_sum{${label}} ${sum}`, `${name}_count{${label}} ${count}`)
  }
  return lines
}

function summedDurations(figures: readonly Figures[]): ReadonlyMap<string, Histogram> {
  const durations = new Map<string, Histogram>()
  for (const [service, { buckets, count, sum }] of figures.flatMap((one) => one.durations)) {
    const total = durations.get(service) ?? emptyHistogram()
    buckets.forEach((fell, index) => (total.buckets[index] = (total.buckets[index] ?? 0) + fell))
    total.count += count
    total.sum += sum
    durations.set(service, total)
  }
  return durations
}

export function emptyHistogram(): Histogram {
  return { buckets: bounds.map(() => 0), count: 0, sum: 0 }
}

/** A gauge's lines stand together, whatever process they are of. */
function gaugeLines(figures: readonly (readonly [labels: string, Figures])[]): readonly string[] {
  const lines = new Map<string, string[]>()
  for (const [labels, { gauges }] of figures) {
    for (const { name, help, value } of gauges) {
      const of = lines.get(name) ?? [...head(name, help, name.endsWith('_total') ? 'counter' : 'gauge')]
      of.push(`${name}${labels} ${value}`)
      lines.set(name, of)
    }
  }
  return [...lines.values()].flat()
}
