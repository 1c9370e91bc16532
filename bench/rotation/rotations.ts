import { setTimeout as delay } from 'node:timers/promises'
import { rotation } from '../../src/aws/secretsmanager/rotation-state.ts'
import { dueBetween } from '../../src/schedule/due.ts'
import type { Store } from '../../src/store/store.ts'
import type { Driver } from '../driver/driver.ts'
import type { PacedRun, PacedSeen, Seen } from '../driver/messages.ts'
import { memoryOf } from '../host/process-group.ts'
import { type BareServer, type Measurement, rawRequests, type Timing } from '../measure.ts'
import { getSecretValue } from '../scenarios/secrets.ts'
import type { Running } from '../server/keyturn.ts'
import type { Stage } from '../stage.ts'
import { planRotations, rotatedSince } from './due-secrets.ts'

export interface RotationMeasurement {
  /** How many secrets were due at one moment. */
  readonly due: number
  /** Reads per second with as many requests under way as there are connections. */
  readonly saturated: number
  /** Reads at half of that, without and with rotations beside them. */
  readonly quiet: PacedMeasurement
  readonly meanwhile: PacedMeasurement
  /** From the moment at which all were due to the last one's end. */
  readonly rotationSeconds: number
  readonly rotated: number
}

export interface PacedMeasurement extends Measurement {
  /** See `PacedSeen`. */
  readonly lateP99: number
}

interface Bench {
  readonly driver: Driver
  readonly bare: BareServer
  readonly server: Running
  readonly timing: Timing
}

const quietSeconds = 10
const leadMilliseconds = 8_000
const pollMilliseconds = 200
const longestSeconds = 150

/**
 * Has many secrets become due at once, and measures reads of the same secrets at half of what the server can answer, before and while
 * they are rotated.
 */
export async function measureRotations(stage: Stage, due: number, bench: Bench): Promise<RotationMeasurement> {
  const { driver, server, timing } = bench
  const scene = { world: stage.world, secrets: stage.secrets, port: server.port, count: due }
  await driver.load(await rawRequests(getSecretValue, scene))
  const run = { ...timing, port: server.port, processes: server.processes() }
  const full = await driver.run({ ...run, repeat: true })
  const saturated = full.requests / full.seconds
  const paced: PacedRun = { ...run, seconds: quietSeconds, perSecond: saturated / 2 }
  const quiet = await driver.runPaced(paced)
  const quietMemory = memoryOf(server.processes())
  const store = await stage.openStore()
  try {
    const at = Date.now() + leadMilliseconds
    await planRotations(store, stage.world, due, at)
    const leadSeconds = (at - Date.now()) / 1000
    if (leadSeconds < 1) throw new Error('Planning the rotations took longer than the time until they were due.')
    const reading = driver.runPaced({ ...paced, warmSeconds: leadSeconds, seconds: longestSeconds })
    await Promise.race([allDone(store, at), reading])
    driver.endPaced()
    const meanwhile = await reading
    const meanwhileMemory = memoryOf(server.processes())
    const times = await rotatedSince(store, stage.world, due, at)
    const bare = await measureBare(paced, meanwhile.answerBytes, bench)
    return {
      due,
      saturated,
      quiet: measurement(quiet, bare, quietMemory),
      meanwhile: measurement(meanwhile, bare, meanwhileMemory),
      rotationSeconds: (times.reduce((last, time) => Math.max(last, time), at) - at) / 1000,
      rotated: times.length,
    }
  } finally {
    await store.close()
  }
}

async function measureBare(paced: PacedRun, answerBytes: number, { bare, driver }: Bench): Promise<PacedSeen> {
  const port = await bare.ask(answerBytes)
  return driver.runPaced({ ...paced, port, processes: [bare.id] })
}

/** Resolves when nothing is left that was due by a moment. What failed is tried again later, and no longer due then. */
async function allDone(store: Store, at: number): Promise<void> {
  await delay(at - Date.now())
  const [from, to] = dueBetween(rotation, 0, at)
  for (;;) {
    const left = await store.transaction((tx) => tx.range(from, to, { limit: 1 }))
    if (left.length === 0) return
    await delay(pollMilliseconds)
  }
}

function measurement(
  seen: PacedSeen,
  bare: PacedSeen,
  { resident, peak }: { resident: number; peak: number },
): PacedMeasurement {
  const { answerBytes, lateP99 } = seen
  return { ours: figures(seen), bare: figures(bare), answerBytes, residentBytes: resident, peakBytes: peak, lateP99 }
}

function figures(seen: Seen) {
  return {
    requests: seen.requests,
    requestsPerSecond: seen.requests / seen.seconds,
    p50: seen.p50,
    p99: seen.p99,
    processorMicroseconds: (seen.serverSeconds / seen.requests) * 1e6,
    serverBusy: seen.serverSeconds / seen.seconds,
    driverBusy: seen.driverSeconds / seen.seconds,
  }
}
