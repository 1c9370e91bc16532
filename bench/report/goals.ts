import { type Result, type StartResult, shareOf } from './result.ts'
import type { RotationFindings } from './rotation.ts'

/** Something that was to be reached, and how far it was. */
export interface Goal {
  readonly about: string
  readonly value: number
  readonly met: boolean
  /** As people read it: `0.31 (at least 0.22)`. */
  readonly text: string
}

/** Every goal that these results say something about. */
export function goalsOf(
  results: readonly Result[],
  starts: readonly StartResult[],
  rotation: RotationFindings,
): readonly Goal[] {
  const valid = results.filter(({ invalid }) => invalid === undefined)
  return [
    ...shares(valid),
    ...latencies(valid),
    ...batches(valid),
    ...sizes(valid),
    ...caches(valid),
    ...rotations(rotation),
    ...beginnings(starts),
  ]
}

function atLeast(about: string, value: number, least: number): Goal {
  return { about, value, met: value >= least, text: `${value.toFixed(2)} (at least ${least})` }
}

function atMost(about: string, value: number, most: number, unit = ''): Goal {
  const shown = unit === '' ? value.toFixed(2) : `${Math.round(value)}${unit}`
  return { about, value, met: value <= most, text: `${shown} (at most ${most}${unit})` }
}

function placeOf({ variant, scenario, secrets }: Pick<Result, 'variant' | 'scenario' | 'secrets'>): string {
  return `${scenario}, ${variant}, ${secrets} secrets`
}

function shares(results: readonly Result[]): Goal[] {
  return results.flatMap((result) => {
    const { target } = result
    if (!target) return []
    const of = target.of === 'cpu' ? 'share of bare by processor time' : 'share of bare by requests per second'
    return [atLeast(`${placeOf(result)}: ${of}`, shareOf(result, target), target.least)]
  })
}

const latencySpread = 4

function latencies(results: readonly Result[]): Goal[] {
  return results
    .filter(({ variant, scenario }) => variant === 'sqlite' && scenario === 'GetSecretValue')
    .map((result) => atMost(`${placeOf(result)}: p99 / p50`, result.ours.p99 / result.ours.p50, latencySpread))
}

/** What many in one answer must gain over as many answers of one. */
const batchGains: ReadonlyMap<string, { readonly single: string; readonly least: number }> = new Map([
  ['BatchGetSecretValue(20)', { single: 'GetSecretValue', least: 5 }],
  ['GetParametersByPath(10)', { single: 'GetParameter', least: 3 }],
])

function batches(results: readonly Result[]): Goal[] {
  return results.flatMap((batch) => {
    const { itemsPerRequest } = batch
    const wanted = batchGains.get(batch.scenario)
    const single = wanted && find(results, { ...batch, scenario: wanted.single })
    if (!single || !itemsPerRequest) return []
    const gain = (batch.ours.requestsPerSecond * itemsPerRequest) / single.ours.requestsPerSecond
    return [atLeast(`${placeOf(batch)}: values per second / single reads`, gain, wanted.least)]
  })
}

const growth: ReadonlyMap<string, number> = new Map([
  ['GetSecretValue', 1.1],
  ['ListSecrets', 1.5],
  ['GetParametersByPath(10)', 1.1],
])

function sizes(results: readonly Result[]): Goal[] {
  return results.flatMap((large) => {
    const most = growth.get(large.scenario)
    const small = results.find(
      ({ variant, scenario, secrets }) =>
        variant === large.variant && scenario === large.scenario && secrets < large.secrets,
    )
    if (most === undefined || !small) return []
    const ratio = large.ours.processorMicroseconds / small.ours.processorMicroseconds
    return [atMost(`${placeOf(large)}: processor time / that with ${small.secrets}`, ratio, most)]
  })
}

const cacheGain = 1.3

function caches(results: readonly Result[]): Goal[] {
  return results
    .filter(({ variant }) => variant === 'postgres-uncached')
    .flatMap((uncached) => {
      const cached = find(results, { ...uncached, variant: 'postgres' })
      if (!cached) return []
      const gain = cached.ours.requestsPerSecond / uncached.ours.requestsPerSecond
      return [atLeast(`${placeOf(cached)}: requests per second / uncached`, gain, cacheGain)]
    })
}

function find(
  results: readonly Result[],
  { variant, scenario, secrets }: Pick<Result, 'variant' | 'scenario' | 'secrets'>,
): Result | undefined {
  return results.find(
    (result) => result.variant === variant && result.scenario === scenario && result.secrets === secrets,
  )
}

const leastRotations = 200
const mostSlowdown = 1.5
const mostLookGrowth = 1.25

function rotations({ rotations: measured, looks }: RotationFindings): Goal[] {
  const goals = measured
    .filter(({ invalid }) => invalid === undefined)
    .flatMap(({ variant, due, rotationsPerSecond, quietP99, meanwhileP99 }) => {
      const about = `${due} secrets due at once, ${variant}`
      return [
        atLeast(`${about}: rotations per second`, rotationsPerSecond, leastRotations),
        atMost(`${about}: p99 of reads at half rate / that without`, meanwhileP99 / quietP99, mostSlowdown),
      ]
    })
  const [few, many] = [looks[0], looks.at(-1)]
  if (!few || !many || few === many) return goals
  const about = `a look for due work, ${many.notDue} planned / ${few.notDue}`
  return [...goals, atMost(about, many.microseconds / few.microseconds, mostLookGrowth)]
}

const startMilliseconds = 300
const mebibyte = 1024 * 1024
const memoryMebibytes = 350

function beginnings(starts: readonly StartResult[]): Goal[] {
  return starts.flatMap(({ program, variant, secrets, milliseconds, residentBytes }) => {
    const about = program === 'dev' ? 'keyturn dev' : `keyturn server, ${variant}, ${secrets} secrets`
    return [
      atMost(`${about}: start to first answer`, milliseconds, startMilliseconds, ' ms'),
      atMost(`${about}: memory after it`, residentBytes / mebibyte, memoryMebibytes, ' MB'),
    ]
  })
}
