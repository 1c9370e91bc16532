import type { Sink } from './audit/log.ts'
import { AuditLog } from './audit/log.ts'
import { Outbox } from './audit/outbox.ts'
import type { Trail } from './audit/trail.ts'
import { awsEndpoint, type ArrivedRequest, type Served } from './aws/endpoint.ts'
import { openIdentities } from './aws/identities/open-identities.ts'
import { iam } from './aws/iam/index.ts'
import type { Gateway } from './aws/invoke.ts'
import { keyturn } from './aws/keyturn/index.ts'
import { kms } from './aws/kms/index.ts'
import { registerKmsWorkers } from './aws/kms/workers.ts'
import { lambda, registerLambdaWorkers } from './aws/lambda/index.ts'
import type { Organization } from './aws/organization.ts'
import type { Platform } from './aws/platform.ts'
import type { Quotas } from './aws/quotas.ts'
import { rolesanywhere } from './aws/rolesanywhere/index.ts'
import { secretsmanager } from './aws/secretsmanager/index.ts'
import { registerManyRotations, registerSecretsManagerWorkers } from './aws/secretsmanager/workers.ts'
import { ssm } from './aws/ssm/index.ts'
import { registerSsmWorkers } from './aws/ssm/workers.ts'
import { sts } from './aws/sts/index.ts'
import type { Clock } from './base/clock.ts'
import { EventDispatcher } from './events/dispatcher.ts'
import { openEvents } from './events/outbox.ts'
import type { Effects } from './open-effects.ts'
import type { Overflow } from './schedule/in-hand.ts'
import { Scheduler } from './schedule/scheduler.ts'
import type { Unsealed } from './seal/unseal.ts'
import type { Backend } from './store/backend.ts'
import { openStore } from './store/open-store.ts'
import type { Store } from './store/store.ts'

export interface Reporter {
  /** Hears of what went wrong inside; `facts` hold no secret. */
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

export interface AssemblyOptions {
  readonly backend: Backend
  readonly unsealed: Unsealed
  readonly clock: Clock
  /** Where the trail of `sink` can be searched. */
  readonly trail: Trail
  /** Made with the open store, because the signing key of the audit trail is kept in it. */
  readonly sink: (store: Store) => Promise<Sink>
  readonly syncAudit: boolean
  /** The name of this process's audit chain. */
  readonly chain: string
  readonly quotas: Quotas
  readonly managementAccount: string
  readonly organization?: Organization | undefined
  readonly publicUrl?: Platform['publicUrl']
  /** In dev mode accounts exist as soon as they are named. */
  readonly dev: boolean
  readonly reporter: Reporter
  readonly tokens?: Platform['tokens']
  readonly xks?: Platform['xks']
  readonly effects: Effects
  readonly cacheBytes?: number
  /** What due work the process does by itself; where it is rotations alone, whoever opened it has the scheduler do them. */
  readonly duty?: 'all' | 'rotations'
  /** To whom many due rotations are left. */
  readonly overflow?: Overflow | undefined
}

/** Everything behind the listener. */
export interface Assembly {
  readonly store: Store
  readonly scheduler: Scheduler
  readonly gateway: Gateway
  readonly aws: (request: ArrivedRequest) => Promise<Served>
  close(): Promise<void>
}

/** Every service of the AWS façade. */
export const awsServices = [secretsmanager, ssm, kms, iam, sts, lambda, rolesanywhere, keyturn] as const

const wornCheckMilliseconds = 60_000

/** Puts the rooms together: the only place that knows all of them. */
export async function assemble(options: AssemblyOptions): Promise<Assembly> {
  const { backend, unsealed, clock, quotas, managementAccount, organization, dev, reporter, effects } = options
  const store = openStore(
    backend,
    unsealed.barrier,
    options.cacheBytes === undefined ? {} : { cacheBytes: options.cacheBytes },
  )
  const log = new AuditLog(await options.sink(store), { syncEachBatch: options.syncAudit })
  const outbox = new Outbox(store, log, options.chain, (error) =>
    reporter.error({ err: error }, 'audit records stay in the store for now'),
  )
  await outbox.recover()
  const scheduler = new Scheduler({
    store,
    clock,
    onFailure: ({ kind, id }, attempts, error) =>
      reporter.warn({ kind, id, attempts, err: error }, 'due work failed and will be tried again'),
  })
  const dispatcher = new EventDispatcher(effects.sinks, {
    store,
    clock,
    account: managementAccount,
    region: effects.region,
    onFailure: (facts) => reporter.warn(facts, 'an event could not be delivered and will be tried again'),
  })
  const platform: Platform = {
    store,
    clock,
    identities: openIdentities({ clock, dev, managementAccount, store, organization }),
    quotas,
    dev,
    managementAccount,
    organization,
    ...(options.publicUrl && { publicUrl: options.publicUrl }),
    trail: options.trail,
    events: openEvents(effects.sinks, clock, () => dispatcher.wake()),
    functions: effects.functions,
    rotators: effects.rotators,
    ...(options.tokens && { tokens: options.tokens }),
    ...(options.xks && { xks: options.xks }),
    barrier: {
      async usage() {
        // Another process may have begun a new term that this one has not met yet.
        await unsealed.barrier.refresh()
        return unsealed.barrier.usage
      },
      rotate: () => unsealed.rotate(clock.now()),
    },
    wakeScheduler: () => scheduler.wake(),
    reportFailure: (call, operation, error) =>
      reporter.error({ requestId: call.requestId, operation, err: error }, 'a request failed for a reason of our own'),
  }
  const gateway: Gateway = {
    platform,
    services: new Map(awsServices.map((service) => [service.name, service])),
    log,
    outbox,
  }
  if (options.duty === 'rotations') registerManyRotations(scheduler, gateway)
  else registerWorkers(scheduler, gateway, options.overflow)
  const wornCheck = setInterval(() => {
    unsealed
      .rotateIfWorn(clock.now())
      .catch((err: unknown) => reporter.error({ err }, 'a worn barrier key could not be changed'))
  }, wornCheckMilliseconds).unref()
  if (options.duty !== 'rotations') {
    scheduler.start()
    dispatcher.start()
  }
  return {
    store,
    scheduler,
    gateway,
    aws: awsEndpoint(gateway),
    async close() {
      clearInterval(wornCheck)
      // A function in hand may take a quarter of an hour: its step is done again by the next process.
      const stopped = scheduler.stop()
      await effects.close()
      await stopped
      await dispatcher.stop()
      await outbox.close()
      await log.close()
      await store.close()
    },
  }
}

function registerWorkers(scheduler: Scheduler, gateway: Gateway, overflow: Overflow | undefined): void {
  registerKmsWorkers(scheduler, gateway)
  registerSecretsManagerWorkers(scheduler, gateway, overflow)
  registerSsmWorkers(scheduler, gateway)
  registerLambdaWorkers(scheduler, gateway)
}
