import { rawRequest } from './aws/signed-call.ts'
import type { Driver } from './driver/driver.ts'
import type { Run, Seen } from './driver/messages.ts'
import { type ChildHandle, startChild } from './host/child.ts'
import type { Cores } from './host/cores.ts'
import { memoryOf } from './host/process-group.ts'
import type { Scenario, Scene } from './scenarios/scenario.ts'
import type { Running } from './server/keyturn.ts'

export type BareServer = ChildHandle<number, number>

export function startBareServer(program: string, cores: Cores): BareServer {
  return startChild(program, cores.server.slice(0, 1), cores)
}

export interface Timing {
  readonly seconds: number
  readonly warmSeconds: number
  readonly rounds: number
  readonly connections: number
}

/** A server as it was seen under load. Times in milliseconds, processor time in microseconds a request. */
export interface Figures {
  /** In the measured part of a round. */
  readonly requests: number
  readonly requestsPerSecond: number
  readonly p50: number
  readonly p99: number
  readonly processorMicroseconds: number
  /** Processor cores that were in use, of the server and of the driver. */
  readonly serverBusy: number
  readonly driverBusy: number
}

export interface Measurement {
  readonly ours: Figures
  /** The constant of the same length, in the same run. */
  readonly bare: Figures
  readonly answerBytes: number
  readonly residentBytes: number
  readonly peakBytes: number
}

interface Bench {
  readonly driver: Driver
  readonly bare: BareServer
  readonly server: Running
  readonly timing: Timing
}

/** Requests that may be sent again: so many different ones, that no cache could know them by heart. */
const distinctRequests = 10_000
const shortestWarmSeconds = 0.2

/**
 * Measures one kind of request. The bare server and ours take turns, so that whatever else the machine does meets both;
 * the medians of all rounds count.
 */
export async function measure(
  scenario: Scenario,
  scene: Omit<Scene, 'count' | 'port'>,
  { driver, bare, server, timing }: Bench,
): Promise<Measurement> {
  const bareRounds: Seen[] = []
  const ourRounds: Seen[] = []
  let answerBytes = 0
  const run = { connections: timing.connections, seconds: timing.seconds }
  for (let round = 0; round < timing.rounds; round++) {
    // Whoever was warm in the round before needs no more than the time to open its connections.
    const warmSeconds = round === 0 ? timing.warmSeconds : Math.min(timing.warmSeconds, shortestWarmSeconds)
    await driver.load(
      await rawRequests(scenario, {
        ...scene,
        port: server.port,
        count: countFor(scenario, run.seconds + warmSeconds),
      }),
    )
    const ours: Run = { ...run, warmSeconds, port: server.port, repeat: scenario.repeat, processes: server.processes() }
    ourRounds.push(await driver.run(ours))
    answerBytes = ourRounds[round]?.answerBytes ?? 0
    const port = await bare.ask(answerBytes)
    bareRounds.push(await driver.run({ ...run, warmSeconds, port, repeat: true, processes: [bare.id] }))
  }
  const { resident, peak } = memoryOf(server.processes())
  return {
    ours: medians(ourRounds),
    bare: medians(bareRounds),
    answerBytes,
    residentBytes: resident,
    peakBytes: peak,
  }
}

function countFor({ repeat, perSecond = distinctRequests }: Scenario, seconds: number): number {
  return repeat ? distinctRequests : Math.ceil(perSecond * seconds)
}

const spreadSeconds = 120

/**
 * The bytes of all requests. They are signed as of the last two minutes, a second apart, so that calls which say the same
 * have different signatures; KMS takes signatures of the last five minutes.
 */
export async function rawRequests(scenario: Scenario, scene: Scene): Promise<readonly Uint8Array[]> {
  const calls = await scenario.requests(scene)
  const now = Date.now()
  return calls.map(({ call, credentials }, index) =>
    rawRequest(call, credentials, scene.port, now - (index % spreadSeconds) * 1000),
  )
}

function medians(rounds: readonly Seen[]): Figures {
  const median = (of: (seen: Seen) => number): number => {
    const sorted = rounds.map(of).sort((a, b) => a - b)
    const middle = (sorted.length - 1) / 2
    return ((sorted[Math.floor(middle)] as number) + (sorted[Math.ceil(middle)] as number)) / 2
  }
  return {
    requests: median((seen) => seen.requests),
    requestsPerSecond: median((seen) => seen.requests / seen.seconds),
    p50: median((seen) => seen.p50),
    p99: median((seen) => seen.p99),
    processorMicroseconds: median((seen) => (seen.serverSeconds / seen.requests) * 1e6),
    serverBusy: median((seen) => seen.serverSeconds / seen.seconds),
    driverBusy: median((seen) => seen.driverSeconds / seen.seconds),
  }
}
