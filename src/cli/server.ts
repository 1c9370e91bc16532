import { type ChildProcess, fork } from 'node:child_process'
import cluster from 'node:cluster'
import { Command } from 'commander'
import { pino } from 'pino'
import type { LoadedConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { exchangeMetrics } from '../http/worker-metrics.ts'
import { configOf, withConfigFlags } from './config-flags.ts'

const workerVariable = 'KEYTURN_WORKER_NUMBER'
/** Set for a process that works in the background of a server at this address. */
const backgroundVariable = 'KEYTURN_BACKGROUND_OF'

export function serverCommand(): Command {
  return withConfigFlags(new Command('server'))
    .description('Start the server as the configuration says.')
    .addHelpText(
      'after',
      '\nExamples:\n  keyturn server --config /etc/keyturn/keyturn.toml\n  keyturn server --data ./data --port 8200 --workers 2',
    )
    .action(async (flags) => {
      const config = configOf(flags)
      const endpoint = process.env[backgroundVariable]
      if (endpoint !== undefined) await workInBackground(config, endpoint)
      else if (cluster.isPrimary && config.workers > 1) supervise(config)
      else await serve(config, Number(process.env[workerVariable] ?? 0))
    })
}

function loggerOf(config: Config) {
  return pino(
    { level: config.log.level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination(2),
  )
}

async function serve(config: LoadedConfig, worker: number): Promise<void> {
  const logger = loggerOf(config)
  const { startServer } = await import('../start-server.ts')
  const server = await startServer(config, logger, {
    worker,
    channel: cluster.worker,
    startBackground: worker === 0 ? startBackground : undefined,
  })
  const { host, port } = server.listener
  logger.info({ address: host, port, tls: config.tls !== undefined, worker }, 'ready')
  let stopping = false
  const stop = (signal: string) => {
    if (stopping) return
    stopping = true
    logger.info({ signal }, 'stopping: requests in hand are answered first')
    server.stop().then(
      () => process.exit(0),
      (err: unknown) => {
        logger.error({ err }, 'the stop did not go well')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.on('disconnect', () => stop('disconnect'))
}

/** Starts this program anew, with the same words, to work in the background of a server. */
function startBackground(endpoint: string): ChildProcess {
  const [, program = '', ...words] = process.argv
  return fork(program, words, { env: { ...process.env, [backgroundVariable]: endpoint } })
}

/** Ends when there is nothing left to do, when it is told to, and when the server is gone. */
async function workInBackground(config: LoadedConfig, endpoint: string): Promise<void> {
  const logger = loggerOf(config)
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  process.on('disconnect', stop)
  const { runBackground } = await import('../start-background.ts')
  try {
    await runBackground(config, logger, endpoint, stopping.signal)
    process.exit(0)
  } catch (err) {
    logger.error({ err }, 'work in the background could not go on')
    process.exit(1)
  }
}

const restartPauseMilliseconds = 1_000

/** Keeps the serving processes running. It holds no key and no store. */
function supervise(config: Config): void {
  const logger = loggerOf(config)
  let stopping = false
  let failures = 0
  const metrics = exchangeMetrics()
  const start = (number: number) => {
    const child = cluster.fork({ [workerVariable]: String(number) })
    let ready = false
    child.on('listening', () => {
      if (ready) return
      ready = true
      failures = 0
      metrics.join(number, child)
    })
    child.on('exit', (code, signal) => {
      metrics.leave(number)
      if (stopping) return
      logger.error({ worker: number, code, signal }, 'a serving process ended')
      // Processes that cannot even start would do so for ever: what keeps them from it is in their log.
      if (!ready && ++failures >= config.workers) {
        stopping = true
        for (const other of Object.values(cluster.workers ?? {})) other?.process.kill('SIGTERM')
        process.exitCode = 1
        return
      }
      setTimeout(() => start(number), restartPauseMilliseconds)
    })
  }
  for (let number = 0; number < config.workers; number++) start(number)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      stopping = true
      for (const child of Object.values(cluster.workers ?? {})) child?.process.kill(signal)
    })
  }
}
