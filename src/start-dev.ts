import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { MemorySink } from './audit/memory.ts'
import { folderTrail, memoryTrail } from './audit/trail.ts'
import { longestLambdaBody } from './aws/lambda/longest-body.ts'
import type { Organization } from './aws/organization.ts'
import { awsQuotas } from './aws/quotas.ts'
import { publishedIssuer } from './aws/sts/published-issuer.ts'
import { AdvancingClock, type Clock } from './base/clock.ts'
import { parseConfig } from './config/load.ts'
import { devGuard } from './http/dev-guard.ts'
import { type Arrived, type Listener, listen, type Reply } from './http/listener.ts'
import { Metrics } from './http/metrics.ts'
import { jsonReply, route } from './http/route.ts'
import { openEffects } from './open-effects.ts'
import { openSegments, storePath } from './open-parts.ts'
import { advanceThrough } from './schedule/advance.ts'
import type { Seal } from './seal/seal.ts'
import { devSeal } from './seal/seals/dev.ts'
import { createKeyFile, keyfileSeal } from './seal/seals/keyfile.ts'
import { initialise, isInitialised, unseal } from './seal/unseal.ts'
import { type Assembly, assemble, type AssemblyOptions, type Reporter } from './server.ts'
import { processGauges } from './start-server.ts'
import type { Backend } from './store/backend.ts'
import { MemoryBackend } from './store/memory.ts'
import { openSqlite } from './store/sqlite.ts'

export interface DevOptions {
  readonly port: number
  readonly account: string
  readonly organization?: Organization | undefined
  /** Where to keep data between starts; in memory otherwise. */
  readonly folder?: string
  readonly reporter: Reporter
}

export interface DevServer {
  readonly listener: Listener
  stop(): Promise<void>
}

/** A server for a developer's machine and for test suites: open at once, known keys, loopback only, and a clock that can be moved. */
export async function startDev(options: DevOptions): Promise<DevServer> {
  const clock = new AdvancingClock()
  let port = options.port
  const endpoint = () => `http://127.0.0.1:${port}`
  let assembly = await assembleDev(options, clock, endpoint)
  const metrics = new Metrics()
  processGauges(metrics)
  let busy: Promise<unknown> = Promise.resolve()
  /** Resets and clock moves come one after the other. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = busy.then(work)
    busy = result.catch(() => undefined)
    return result
  }
  const own = (request: Arrived): Promise<Reply> | undefined => {
    if (request.method !== 'POST') return undefined
    if (request.path === '/_keyturn/reset') {
      return inTurn(async () => {
        const old = assembly
        await old.scheduler.stop()
        if (options.folder !== undefined) await old.close()
        clock.reset()
        assembly = await assembleDev(options, clock, endpoint, true)
        if (options.folder === undefined) await old.close()
        return jsonReply(200, { reset: true })
      })
    }
    if (request.path === '/_keyturn/clock') return inTurn(() => moveClock(request, clock, assembly))
    return undefined
  }
  const listener = await listen({
    host: '127.0.0.1',
    port: options.port,
    limits: { bodyBytes: 1024 * 1024, headerBytes: 64 * 1024, requestSeconds: 60, idleSeconds: 65 },
    longerBody: longestLambdaBody,
    onFault: (err) => options.reporter.error({ err }, 'a request failed for a reason of our own'),
    guard: devGuard,
    handle: route({
      aws: (request) => assembly.aws(request),
      metrics,
      metricsFor: 'loopback',
      published: (path) => publishedIssuer(path, assembly.gateway.platform),
      own,
    }),
  })
  port = listener.port
  return {
    listener,
    async stop() {
      await listener.drain(5)
      await busy
      await assembly.close()
    },
  }
}

async function assembleDev(
  { account, organization, folder, reporter }: DevOptions,
  clock: AdvancingClock,
  endpoint: () => string,
  fresh = false,
): Promise<Assembly> {
  if (folder !== undefined && fresh) emptyFolder(folder)
  const { backend, seal } = await openDevStore(folder)
  const unsealed = (await isInitialised(backend))
    ? await unseal(backend, seal)
    : await initialise(backend, seal, clock.now())
  return assemble({
    backend,
    unsealed,
    clock,
    ...(folder === undefined ? memoryAudit() : folderAudit(join(folder, 'audit'), clock, reporter)),
    syncAudit: false,
    chain: 'dev-0',
    quotas: awsQuotas,
    managementAccount: account,
    organization,
    publicUrl: endpoint,
    dev: true,
    reporter,
    effects: openEffects({
      config: parseConfig('', 'the defaults'),
      clock,
      environment: process.env,
      endpoint,
      unconfined: true,
    }),
  })
}

function memoryAudit(): Pick<AssemblyOptions, 'sink' | 'trail'> {
  const sink = new MemorySink()
  return { sink: async () => sink, trail: memoryTrail(sink) }
}

function folderAudit(folder: string, clock: Clock, reporter: Reporter): Pick<AssemblyOptions, 'sink' | 'trail'> {
  const onFault = (err: unknown) => reporter.error({ err }, 'the audit trail was written, but not its digest or index')
  return {
    sink: (store) => openSegments(store, { clock, folder, chain: 'dev-0', onFault }),
    trail: folderTrail(folder),
  }
}

async function openDevStore(folder: string | undefined): Promise<{ backend: Backend; seal: Seal }> {
  if (folder === undefined) return { backend: new MemoryBackend(), seal: devSeal() }
  const backend = await openSqlite({ path: storePath(folder) })
  const path = join(folder, 'seal.key')
  if (!(await isInitialised(backend))) {
    rmSync(path, { force: true })
    createKeyFile(path)
  }
  return { backend, seal: keyfileSeal({ path }) }
}

/** Takes away what this program wrote into a dev folder, and nothing else that may lie there. */
function emptyFolder(folder: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(storePath(folder) + suffix, { force: true })
  rmSync(join(folder, 'seal.key'), { force: true })
  rmSync(join(folder, 'audit'), { recursive: true, force: true })
}

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const longestAdvance = 10 * 366 * 86_400_000

async function moveClock({ body }: Arrived, clock: AdvancingClock, { scheduler }: Assembly): Promise<Reply> {
  const by = readAdvance(body)
  if (by === undefined) {
    return jsonReply(400, {
      error: 'The body must be {"advance":"30d"}: a number and one of s, m, h, d, at most ten years.',
    })
  }
  const jobs = await advanceThrough(clock, scheduler, clock.now() + by)
  return jsonReply(200, { now: new Date(clock.now()).toISOString(), jobs })
}

function readAdvance(body: Buffer): number | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
  const text = (parsed as { advance?: unknown } | null)?.advance
  const match = typeof text === 'string' ? /^(\d{1,9})([smhd])$/.exec(text) : null
  if (!match) return undefined
  const by = Number(match[1]) * (units[match[2] as string] as number)
  return by <= longestAdvance ? by : undefined
}
