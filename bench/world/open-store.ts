import { loadConfig } from '../../src/config/load.ts'
import { openBackend, openSeal } from '../../src/open-parts.ts'
import { unseal } from '../../src/seal/unseal.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'

/** The store of a configuration, beside whatever servers are on it. */
export async function openConfiguredStore(configFile: string): Promise<Store> {
  const config = loadConfig(configFile, {})
  const backend = await openBackend(config, () => {})
  const { barrier } = await unseal(backend, openSeal(config))
  return openStore(backend, barrier)
}
