import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { LoadedConfig } from './config/load.ts'
import type { Config } from './config/schema.ts'
import { openAssembly } from './open-assembly.ts'
import type { Scheduler } from './schedule/scheduler.ts'
import { boundYoungGeneration } from './young-generation.ts'

/** It reads each record a few times, and then never again. */
const cacheBytes = 16 * 1024 * 1024
/** When it has found nothing to do for so long it ends. */
const idleMilliseconds = 10_000
const pollMilliseconds = 250

/** The name of its audit chain. */
export function backgroundChain({ node }: Pick<Config, 'node'>): string {
  return `${node}-background`
}

/**
 * Does the rotations that are due, beside a server at an address, until there has been none for a while or `signal` says to stop;
 * those in hand are then brought to an end. It answers nobody: what it does is seen in the store.
 */
export async function runBackground(
  config: LoadedConfig,
  logger: Logger,
  endpoint: string,
  signal: AbortSignal,
): Promise<void> {
  boundYoungGeneration()
  const chain = backgroundChain(config)
  const assembly = await openAssembly(config, logger, {
    chain,
    duty: 'rotations',
    cacheBytes: Math.min(cacheBytes, config.limits.cacheBytes),
    endpoint: () => endpoint,
  })
  try {
    await rotateUntilIdle(assembly.scheduler, signal)
  } finally {
    await assembly.close()
  }
}

async function rotateUntilIdle(scheduler: Scheduler, signal: AbortSignal): Promise<void> {
  signal.addEventListener('abort', () => void scheduler.stop())
  let busyAt = performance.now()
  while (!signal.aborted && performance.now() - busyAt < idleMilliseconds) {
    if ((await scheduler.runDue()) > 0) busyAt = performance.now()
    else await delay(pollMilliseconds, undefined, { signal }).catch(() => {})
  }
}
