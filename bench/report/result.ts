import type { Figures, Measurement } from '../measure.ts'
import type { Scenario, Target } from '../scenarios/scenario.ts'

/** One row of the report. */
export interface Result extends Measurement {
  readonly variant: string
  readonly scenario: string
  readonly secrets: number
  /** Processor time of the bare server per request, divided by ours. */
  readonly processorShare: number
  /** Our requests per second, divided by those of the bare server. */
  readonly rateShare: number
  readonly target?: Target
  readonly itemsPerRequest?: number
  /** Why the figures do not count, where they do not. */
  readonly invalid?: string
  /** What kept the machine from giving its cores to this run alone; shares by processor time hardly suffer from it. */
  readonly disturbed?: string
}

/** What a program took to start, and its memory just then. */
export interface StartResult {
  readonly program: 'dev' | 'server'
  readonly variant: string
  readonly secrets: number
  readonly milliseconds: number
  readonly residentBytes: number
}

export function resultOf(
  { variant, secrets, cores }: { variant: string; secrets: number; cores: number },
  { name, target, itemsPerRequest }: Scenario,
  measurement: Measurement,
): Result {
  const { ours, bare } = measurement
  const invalid = faultIn(ours, cores, 'Keyturn') ?? faultIn(bare, 1, 'the bare server')
  const disturbed = disturbanceIn(bare)
  return {
    variant,
    scenario: name,
    secrets,
    ...measurement,
    processorShare: bare.processorMicroseconds / ours.processorMicroseconds,
    rateShare: ours.requestsPerSecond / bare.requestsPerSecond,
    ...(target && { target }),
    ...(itemsPerRequest && { itemsPerRequest }),
    ...(invalid && { invalid }),
    ...(disturbed && { disturbed }),
  }
}

/** Above it a process has its core to itself and no time left. */
const fullyBusy = 0.9

/** Fewer say nothing about the slowest hundredth, and little about processor time that is counted in ticks. */
const fewRequests = 100

/** A driver without time to spare measures itself, unless the server has none either. */
function faultIn({ requests, driverBusy, serverBusy }: Figures, cores: number, server: string): string | undefined {
  if (requests < fewRequests) return `${server} answered only ${requests} requests in a round`
  if (driverBusy < fullyBusy || serverBusy >= fullyBusy * cores) return undefined
  return `the driver was the bottleneck: ${percent(driverBusy)} busy, ${server} ${percent(serverBusy / cores)}`
}

/** A bare server that is driven by somebody with time to spare has work at all times. */
function disturbanceIn({ driverBusy, serverBusy }: Figures): string | undefined {
  if (serverBusy >= fullyBusy || driverBusy >= fullyBusy) return undefined
  return `something else ran on the machine: the bare server had ${percent(serverBusy)} of its core`
}

function percent(busy: number): string {
  return `${Math.round(busy * 100)} %`
}

export function shareOf(result: Result, { of }: Target): number {
  return of === 'cpu' ? result.processorShare : result.rateShare
}
