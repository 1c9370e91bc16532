import { readFileSync } from 'node:fs'
import type { Logger } from 'pino'
import { folderTrail } from './audit/trail.ts'
import { awsQuotas } from './aws/quotas.ts'
import { systemClock } from './base/clock.ts'
import type { LoadedConfig } from './config/load.ts'
import type { Config } from './config/schema.ts'
import { openPkcs11Token } from './keys/pkcs11-token.ts'
import { openEffects } from './open-effects.ts'
import { auditFolder, openBackend, openSeal, openSegments } from './open-parts.ts'
import { SealRefused } from './seal/seal.ts'
import { isInitialised, unseal } from './seal/unseal.ts'
import { type Assembly, type AssemblyOptions, assemble } from './server.ts'

interface Options extends Pick<AssemblyOptions, 'chain' | 'duty' | 'overflow' | 'cacheBytes'> {
  /** Where programs on this machine reach the server. */
  readonly endpoint: () => string
}

/** Opens the store and puts the rooms together, as the configuration says. Closing the assembly closes all that was opened. */
export async function openAssembly(config: LoadedConfig, logger: Logger, options: Options): Promise<Assembly> {
  const { endpoint, chain, ...more } = options
  const backend = await openBackend(config, (err) =>
    logger.warn({ err }, 'an idle database connection broke and is replaced'),
  )
  const tokens = openTokens(config)
  try {
    if (!(await isInitialised(backend))) throw new SealRefused('This store is empty: run «keyturn init» first.')
    const unsealed = await unseal(backend, openSeal(config))
    const onFault = (err: unknown) => logger.error({ err }, 'the audit trail was written, but not its digest or index')
    const assembly = await assemble({
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
      effects: openEffects({ config, clock: systemClock, environment: process.env, endpoint, unconfined: false }),
      tokens,
      xks: xksSettings(config),
      cacheBytes: config.limits.cacheBytes,
      ...more,
    })
    return {
      ...assembly,
      async close() {
        await assembly.close()
        await closeAll(tokens)
      },
    }
  } catch (error) {
    await backend.close()
    await closeAll(tokens)
    throw error
  }
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
