import { existsSync } from 'node:fs'
import { createRootAccessKey, createAccount } from './aws/iam/accounts.ts'
import { systemClock } from './base/clock.ts'
import type { Secret } from './base/secret.ts'
import type { Config } from './config/schema.ts'
import { keySource, openBackend, openSeal } from './open-parts.ts'
import { SealRefused } from './seal/seal.ts'
import { createKeyFile } from './seal/seals/keyfile.ts'
import { initialise, isInitialised } from './seal/unseal.ts'
import { openStore } from './store/open-store.ts'

/** What `keyturn init` made: shown once, kept nowhere but in the store. */
export interface Initialised {
  readonly account: string
  readonly accessKeyId: string
  readonly secretAccessKey: Secret<string>
  /** The file with the seal key, where one was made. */
  readonly keyFile: string | undefined
}

/**
 * Makes a store ready: the seal's key file where none is there, the root key, the barrier key, the management account and
 * its first access key. Refuses a store that is initialised.
 */
export async function initialiseStore(config: Config): Promise<Initialised> {
  const source = keySource(config)
  const backend = await openBackend(config, () => {})
  try {
    if (await isInitialised(backend)) {
      throw new SealRefused(
        'This store is initialised already; nothing was changed. To begin anew, name an empty folder or database.',
      )
    }
    const keyFile = 'path' in source && !existsSync(source.path) ? source.path : undefined
    if (keyFile !== undefined) createKeyFile(keyFile)
    const now = systemClock.now()
    const { barrier } = await initialise(backend, openSeal(config), now)
    const store = openStore(backend, barrier)
    const key = await store.transaction(async (tx) => {
      await createAccount(tx, config.account, { now, name: 'management' })
      return createRootAccessKey(tx, config.account, now)
    })
    return { account: config.account, ...key, keyFile }
  } finally {
    await backend.close()
  }
}
