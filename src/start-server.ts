import { readFileSync } from 'node:fs'
import type { Logger } from 'pino'
import { longestLambdaBody } from './aws/lambda/longest-body.ts'
import { folderTrail } from './audit/trail.ts'
import { awsQuotas } from './aws/quotas.ts'
import { publishedIssuer } from './aws/sts/published-issuer.ts'
import { systemClock } from './base/clock.ts'
import type { LoadedConfig } from './config/load.ts'
import type { Config } from './config/schema.ts'
import { type Listener, listen } from './http/listener.ts'
import { Metrics } from './http/metrics.ts'
import { route } from './http/route.ts'
import { type Channel, workerMetrics } from './http/worker-metrics.ts'
import { openEffects } from './open-effects.ts'
import { auditFolder, openBackend, openSeal, openSegments } from './open-parts.ts'
import { SealRefused } from './seal/seal.ts'
import { isInitialised, unseal } from './seal/unseal.ts'
import { openPkcs11Token } from './keys/pkcs11-token.ts'
import { type Assembly, type AssemblyOptions, assemble } from './server.ts'
import { boundYoungGeneration } from './young-generation.ts'

export interface RunningServer {
  readonly listener: Listener
  /** Lets requests in hand end, then writes out and closes everything. */
  stop(): Promise<void>
}

/** Which of the processes that share a port this is, from 0, and where there are others the way to them. */
export interface ServingPlace {
  readonly worker: number
  readonly channel?: Channel | undefined
}

/** Starts one serving process as the configuration says. */
export async function startServer(config: LoadedConfig, logger: Logger, place: ServingPlace): Promise<RunningServer> {
  boundYoungGeneration()
  const backend = await openBackend(config, (err) =>
    logger.warn({ err }, 'an idle database connection broke and is replaced'),
  )
  let assembly: Assembly | undefined
  const tokens = openTokens(config)
  let endpoint = ''
  try {
    if (!(await isInitialised(backend))) throw new SealRefused('This store is empty: run «keyturn init» first.')
    const unsealed = await unseal(backend, openSeal(config))
    const chain = `${config.node}-${place.worker}`
    const onFault = (err: unknown) => logger.error({ err }, 'the audit trail was written, but not its digest or index')
    assembly = await assemble({
      backend,
      unsealed,
      clock: systemClock,
      trail: folderTrail(auditFolder(config)),
      sink: (store) => openSegments(store, { clock: systemClock, folder: auditFolder(config), chain, onFault }),
      syncAudit: config.audit.sync,
      chain,
      quotas: { ...awsQuotas, ...config.quotas },
      managementAccount: config.account,
      organization: config.guardRails,
      publicUrl: () => config.publicUrl,
      dev: false,
      reporter: logger,
      effects: openEffects({
        config,
        clock: systemClock,
        environment: process.env,
        endpoint: () => endpoint,
        unconfined: false,
      }),
      tokens,
      xks: xksSettings(config),
      cacheBytes: config.limits.cacheBytes,
    })
    const listener = await openListener(config, assembly, logger, place)
    endpoint = ownAddress(config, listener)
    return {
      listener,
      async stop() {
        await listener.drain(config.limits.drainSeconds)
        await assembly?.close()
        await closeAll(tokens)
      },
    }
  } catch (error) {
    await (assembly ?? backend).close()
    await closeAll(tokens)
    throw error
  }
}

/** Where programs on this machine reach the server. A server with TLS is named by `functions.endpoint`, as its certificate is. */
function ownAddress({ tls, listen: { address } }: Config, { port }: Listener): string {
  const host = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address
  return `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

type OpenToken = ReturnType<typeof openPkcs11Token>

/** Each cluster id stands for one token; what is behind it is looked at when it is first used. */
function openTokens({ cloudhsm }: Config): ReadonlyMap<string, OpenToken> {
  return new Map(Object.entries(cloudhsm).map(([cluster, place]) => [cluster, openPkcs11Token(place)]))
}

async function closeAll(tokens: ReadonlyMap<string, OpenToken>): Promise<void> {
  await Promise.all(Array.from(tokens.values(), (token) => token.close()))
}

function xksSettings({ xks }: Config): NonNullable<AssemblyOptions['xks']> {
  const { ca, timeoutMilliseconds, hosts } = xks
  return {
    timeoutMilliseconds,
    ...(ca !== undefined && { ca: readFileSync(ca, 'utf8') }),
    ...(hosts !== undefined && { hosts }),
  }
}

function openListener(
  config: Config,
  assembly: Assembly,
  logger: Logger,
  { worker, channel }: ServingPlace,
): Promise<Listener> {
  const { tls, limits, workers } = config
  const metrics = new Metrics()
  processGauges(metrics)
  const metricsText = channel && workerMetrics(metrics, channel, { worker, workers })
  return listen({
    host: config.listen.address,
    port: config.listen.port,
    onFault: (err) => logger.error({ err }, 'a request failed for a reason of our own'),
    limits,
    longerBody: longestLambdaBody,
    ...(tls && {
      tls: { cert: readFileSync(tls.cert, 'utf8'), key: readFileSync(tls.key, 'utf8'), minVersion: tls.minVersion },
    }),
    handle: route({
      aws: assembly.aws,
      metrics,
      metricsText,
      metricsFor: config.metrics,
      published: (path) => publishedIssuer(path, assembly.gateway.platform),
      onServed: (request, { service, operation, code, requestId, answer }, seconds) => {
        if (!logger.isLevelEnabled('debug')) return
        const facts = {
          requestId,
          service,
          operation,
          code: code ?? 'OK',
          status: answer.status,
          seconds,
          from: request.sourceIp,
        }
        logger.debug(facts, 'answered')
      },
    }),
  })
}

export function processGauges(metrics: Metrics): void {
  metrics.gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss())
  metrics.gauge('process_cpu_seconds_total', 'Processor time spent.', () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  })
  metrics.gauge('process_start_time_seconds', 'Start of the process.', () => Math.round(performance.timeOrigin / 1000))
}
