import { AuditLog } from '../src/audit/log.ts'
import { MemorySink } from '../src/audit/memory.ts'
import { Outbox } from '../src/audit/outbox.ts'
import { memoryTrail } from '../src/audit/trail.ts'
import type { Call, Caller } from '../src/aws/call.ts'
import { type Gateway, invoke } from '../src/aws/invoke.ts'
import type { Operation } from '../src/aws/operation.ts'
import type { CallerPolicies, Identities, Platform } from '../src/aws/platform.ts'
import { awsQuotas, type Quotas } from '../src/aws/quotas.ts'
import type { Service } from '../src/aws/service.ts'
import { assert } from '../src/base/assert.ts'
import { AdvancingClock } from '../src/base/clock.ts'
import { base32, randomText, uuid } from '../src/base/ids.ts'
import type { ChangeEvents } from '../src/events/outbox.ts'
import type { FunctionHost } from '../src/functions/runner.ts'
import { compilePolicy } from '../src/iam/compile-policy.ts'
import { Scheduler } from '../src/schedule/scheduler.ts'
import type { Rotators } from '../src/rotators/rotator.ts'
import type { Seal } from '../src/seal/seal.ts'
import { initialise, isInitialised, unseal } from '../src/seal/unseal.ts'
import type { Backend } from '../src/store/backend.ts'
import { devSeal } from '../src/seal/seals/dev.ts'
import { MemoryBackend } from '../src/store/memory.ts'
import { openStore } from '../src/store/open-store.ts'
import type { Store } from '../src/store/store.ts'

export interface HarnessOptions {
  readonly quotas?: Partial<Quotas>
  /** Real identities in place of the ones that callers of this harness carry with them. */
  readonly identities?: (platform: { store: Store; clock: AdvancingClock }) => Identities
  readonly dev?: boolean
  readonly events?: ChangeEvents
  readonly rotators?: Rotators
  /** A store that outlives the harness; in memory and new otherwise. */
  readonly backend?: Backend
  /** That of the store, where it was made before. */
  readonly seal?: Seal
  readonly clock?: AdvancingClock
  /** How long a job is left to a process that may have died. */
  readonly claimMilliseconds?: number
  readonly functions?: FunctionHost
  readonly publicUrl?: Platform['publicUrl']
  readonly organization?: Platform['organization']
}

export interface CallOptions {
  readonly region?: string
}

/** Services over a store in memory, without HTTP and signatures: operations are invoked as a caller. */
export interface Harness {
  readonly gateway: Gateway
  readonly platform: Platform
  readonly store: Store
  readonly clock: AdvancingClock
  readonly scheduler: Scheduler
  readonly failures: unknown[]
  root(account?: string): Caller
  /** A user with these policy documents, known to this harness only. */
  user(name: string, policies: readonly object[], account?: string): Caller
  /** The output, or the `AwsError` thrown. Inputs are as decoded: blobs are bytes, sensitive members are secrets. */
  call(
    as: Caller,
    service: string,
    operation: string,
    input: unknown,
    options?: CallOptions,
  ): Promise<Record<string, never>>
  /** The events recorded so far, oldest first. */
  events(): Promise<readonly Record<string, unknown>[]>
  close(): Promise<void>
}

const defaultAccount = '111111111111'

export async function openHarness(services: readonly Service[], options: HarnessOptions = {}): Promise<Harness> {
  const { clock = new AdvancingClock(), backend = new MemoryBackend(), seal = devSeal() } = options
  const { barrier } = (await isInitialised(backend))
    ? await unseal(backend, seal)
    : await initialise(backend, seal, clock.now())
  const store = openStore(backend, barrier)
  const sink = new MemorySink()
  const log = new AuditLog(sink)
  const failures: unknown[] = []
  const policies = new Map<string, CallerPolicies>()
  const scheduler = new Scheduler({
    store,
    clock,
    onFailure: (_job, _attempts, error) => failures.push(error),
    ...(options.claimMilliseconds !== undefined && { claimMilliseconds: options.claimMilliseconds }),
  })
  const platform: Platform = {
    store,
    clock,
    identities: options.identities?.({ store, clock }) ?? carriedIdentities(policies),
    quotas: { ...awsQuotas, ...options.quotas },
    dev: options.dev ?? false,
    events: options.events,
    rotators: options.rotators,
    functions: options.functions,
    managementAccount: defaultAccount,
    organization: options.organization,
    ...(options.publicUrl && { publicUrl: options.publicUrl }),
    trail: memoryTrail(sink),
    wakeScheduler: () => scheduler.wake(),
    reportFailure: (_call, _operation, error) => failures.push(error),
  }
  const outbox = new Outbox(store, log, 'test', (error) => failures.push(error))
  const gateway: Gateway = {
    platform,
    services: new Map(services.map((service) => [service.name, service])),
    log,
    outbox,
  }

  return {
    gateway,
    platform,
    store,
    clock,
    scheduler,
    failures,
    root(account = defaultAccount) {
      const arn = `arn:aws:iam::${account}:root`
      const accessKeyId = `AKIA${randomText(16, base32)}`
      return { principal: { type: 'root', account, arn }, account, arn, id: account, accessKeyId }
    },
    user(name, documents, account = defaultAccount) {
      const id = `AIDA${randomText(17, base32)}`
      policies.set(id, { identity: documents.map(compiled), tags: {} })
      const arn = `arn:aws:iam::${account}:user/${name}`
      const accessKeyId = `AKIA${randomText(16, base32)}`
      return { principal: { type: 'user', account, arn, id }, account, arn, id, userName: name, accessKeyId }
    },
    async call(as, service, name, input, { region = 'us-east-1' } = {}) {
      const operation: Operation | undefined = gateway.services.get(service)?.operations.get(name)
      assert(operation, `${service} serves ${name}`)
      const call: Call = {
        requestId: uuid(),
        caller: as,
        region,
        now: clock.now(),
        sourceIp: '127.0.0.1',
        userAgent: 'harness',
        tls: undefined,
        moment: await store.look(),
        via: [],
      }
      const outcome = await invoke(gateway, call, operation, input)
      if (outcome.refused) throw outcome.refused
      return outcome.output as Record<string, never>
    },
    async events() {
      await outbox.drain()
      await log.append([])
      return sink.lines().map((line) => (JSON.parse(line) as { event: Record<string, unknown> }).event)
    },
    async close() {
      await scheduler.stop()
      await outbox.close()
      await log.close()
      await store.close()
    },
  }
}

function compiled(document: object) {
  const result = compilePolicy(JSON.stringify(document), 'identity')
  assert('policy' in result, 'a policy of a test is valid')
  return result.policy
}

function carriedIdentities(policies: ReadonlyMap<string, CallerPolicies>): Identities {
  return {
    credential: () => 'unknown',
    policies: async (_tx, caller) =>
      caller.principal.type === 'root' || caller.principal.type === 'service'
        ? { identity: [], tags: {} }
        : policies.get(caller.id),
  }
}
