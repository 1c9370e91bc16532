import type { Clock } from './base/clock.ts'
import type { Config } from './config/schema.ts'
import { openSinks } from './events/open-sinks.ts'
import type { NamedSink } from './events/sink.ts'
import { type FunctionHost, FunctionRunner, type RunnerOptions } from './functions/runner.ts'
import { configuredRotators } from './rotators/configured.ts'
import type { Rotators } from './rotators/rotator.ts'

/** What a server does outside its store: functions, deliveries of events, and what rotates secrets. */
export interface Effects {
  readonly functions: FunctionHost | undefined
  readonly sinks: readonly NamedSink[]
  readonly rotators: Rotators
  /** Whose the notices of dropped events are. */
  readonly region: string
  close(): Promise<void>
}

export interface EffectsOptions {
  readonly config: Pick<Config, 'events' | 'functions' | 'rotation' | 'region'>
  readonly clock: Clock
  readonly environment: NodeJS.ProcessEnv
  /** Where functions reach this server, which is known once it listens. */
  readonly endpoint: () => string
  /** Functions run even where they could read what this process can. */
  readonly unconfined: boolean
}

export function openEffects({ config, clock, environment, endpoint, unconfined }: EffectsOptions): Effects {
  const { functions, events, rotation, region } = config
  const address = () => functions.endpoint ?? endpoint()
  const runner = lazyRunner({
    clock,
    // The caching clients and older SDKs know only the second one.
    endpoints: () => ({ AWS_ENDPOINT_URL: address(), SECRETS_MANAGER_ENDPOINT: address() }),
    folder: functions.folder,
    logFolder: functions.logFolder,
    nodePath: functions.nodePath,
    path: functions.path,
    atOnce: functions.atOnce,
    idleMilliseconds: functions.idleSeconds * 1000,
    bubblewrap: functions.bubblewrap,
    unconfined: unconfined || functions.unconfined,
    uids: { first: functions.firstUid, count: 500 },
  })
  return {
    functions: functions.enabled ? runner.host : undefined,
    sinks: openSinks(events.sink, { clock, environment, stdout: process.stdout }),
    rotators: configuredRotators(rotation, { clock, environment }),
    region,
    close: runner.close,
  }
}

/** A runner that is made when the first function runs: what a machine offers for confining them takes a while to find out. */
function lazyRunner(options: RunnerOptions): { host: FunctionHost; close: () => Promise<void> } {
  let made: FunctionRunner | undefined
  const runner = () => (made ??= new FunctionRunner(options))
  return {
    host: {
      invoke: (...given) => runner().invoke(...given),
      programOf: (...given) => runner().programOf(...given),
      forget: (...given) => made?.forget(...given),
    },
    close: async () => made?.stop(),
  }
}
