import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Logger } from 'pino'
import { leftBehind } from './audit/outbox-rows.ts'
import { longestLambdaBody } from './aws/lambda/longest-body.ts'
import { publishedIssuer } from './aws/sts/published-issuer.ts'
import { BackgroundProcess, many } from './background-process.ts'
import { lowerCollectorThreads } from './collector-threads.ts'
import type { LoadedConfig } from './config/load.ts'
import type { Config } from './config/schema.ts'
import { type Listener, listen } from './http/listener.ts'
import { Metrics } from './http/metrics.ts'
import { route } from './http/route.ts'
import { type Channel, workerMetrics } from './http/worker-metrics.ts'
import { openAssembly } from './open-assembly.ts'
import type { Overflow } from './schedule/in-hand.ts'
import type { Assembly } from './server.ts'
import { backgroundChain } from './start-background.ts'
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
  /** Starts a process that does what is due in the background (`start-background.ts`), for a server at this address. */
  readonly startBackground?: ((endpoint: string) => ChildProcess) | undefined
}

/** Starts one serving process as the configuration says. */
export async function startServer(config: LoadedConfig, logger: Logger, place: ServingPlace): Promise<RunningServer> {
  const { startBackground } = place
  boundYoungGeneration()
  lowerCollectorThreads()
  let endpoint = ''
  const background = startBackground && openBackground(logger, () => startBackground(endpoint))
  const assembly = await openAssembly(config, logger, {
    chain: chainOf(config, place),
    endpoint: () => endpoint,
    overflow: background ?? overflowOf(config, place),
  })
  try {
    const listener = await openListener(config, assembly, logger, place)
    endpoint = ownAddress(config, listener)
    if (background && (await leftBehind(assembly.store, backgroundChain(config)))) background.takes()
    return {
      listener,
      async stop() {
        await listener.drain(config.limits.drainSeconds)
        await background?.stop()
        await assembly.close()
      },
    }
  } catch (error) {
    await assembly.close()
    throw error
  }
}

function chainOf({ node }: Config, { worker }: ServingPlace): string {
  return `${node}-${worker}`
}

function openBackground(logger: Logger, start: () => ChildProcess): BackgroundProcess {
  return new BackgroundProcess({
    start,
    onFailure: (facts) =>
      logger.error(facts, 'the process for work in the background failed; its work is done here for now'),
  })
}

/** One of several serving processes has the background process; the others leave to it what is too much. */
function overflowOf({ workers }: Config, { worker }: ServingPlace): Overflow | undefined {
  return workers > 1 && worker > 0 ? { from: many, takes: () => true } : undefined
}

/** Where programs on this machine reach the server. A server with TLS is named by `functions.endpoint`, as its certificate is. */
function ownAddress({ tls, listen: { address } }: Config, { port }: Listener): string {
  const host = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address
  return `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
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
