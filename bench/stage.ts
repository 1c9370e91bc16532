import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Store } from '../src/store/store.ts'
import type { Credentials } from './aws/signed-call.ts'
import { jsonCall, rawRequest } from './aws/signed-call.ts'
import type { Cores } from './host/cores.ts'
import { initialise, type Running, type Start, start } from './server/keyturn.ts'
import { freePort, makePlace, type Place, type Settings, type StoreKind } from './server/place.ts'
import { grow } from './world/grow.ts'
import { realName } from './world/names.ts'
import { openConfiguredStore } from './world/open-store.ts'
import { createSecrets, makeWorld, type World } from './world/world.ts'

/** A store with a world in it that grows from size to size, and servers on it. */
export interface Stage {
  readonly world: World
  readonly secrets: number
  growTo(secrets: number): Promise<void>
  /** What to start a server with; the port is a new one each time. */
  toStart(settings: Omit<Settings, 'port'>, cores: Cores, profileFolder?: string): Promise<Start>
  /** The store itself, beside the servers on it. */
  openStore(): Promise<Store>
  remove(): Promise<void>
}

/** No more secrets than these are really created, through the API; they are the ones that are read. */
export const mostReal = 10_000

/** What has to be known of a store that was kept, to go on with it. */
interface Kept {
  readonly root: Credentials
  readonly world: World
  readonly secrets: number
}

/** A store of a size in a folder that outlives the run: what is there already, or made now and kept. */
export async function keepStage(size: number, folder: string, cores: Cores): Promise<Stage> {
  const place = await makePlace('sqlite', folder)
  const file = join(folder, 'stage.json')
  if (existsSync(file)) return new OpenStage(place, cores, JSON.parse(readFileSync(file, 'utf8')) as Kept)
  const stage = await beginStage(place, size, cores)
  writeFileSync(file, JSON.stringify(stage.kept))
  return stage
}

/** Makes a store with a world of a size. */
export async function setStage(kind: StoreKind, size: number, cores: Cores): Promise<Stage> {
  const place = await makePlace(kind)
  try {
    return await beginStage(place, size, cores)
  } catch (error) {
    await place.remove()
    throw error
  }
}

async function beginStage(place: Place, size: number, cores: Cores): Promise<OpenStage> {
  const root = initialise(place.configure({ port: await freePort() }))
  const stage = new OpenStage(place, cores, { root })
  await stage.begin(size)
  return stage
}

class OpenStage implements Stage {
  readonly #place: Place
  readonly #root: Credentials
  readonly #cores: Cores
  #world: World | undefined
  #secrets: number

  constructor(place: Place, cores: Cores, { root, world, secrets = 0 }: Partial<Kept> & Pick<Kept, 'root'>) {
    this.#place = place
    this.#root = root
    this.#cores = cores
    this.#world = world
    this.#secrets = secrets
  }

  get kept(): Kept {
    return { root: this.#root, world: this.world, secrets: this.#secrets }
  }

  get world(): World {
    return this.#world as World
  }

  get secrets(): number {
    return this.#secrets
  }

  async begin(size: number): Promise<void> {
    await this.#served(async ({ port }) => {
      this.#world = await makeWorld(port, this.#root, Math.min(size, mostReal))
    })
    this.#secrets = this.world.real
    await this.growTo(size)
  }

  async growTo(secrets: number): Promise<void> {
    const { real } = this.world
    const wanted = Math.min(secrets, mostReal)
    // Copies come behind the real ones, so real ones can be added only as long as there is no copy.
    if (wanted > real && this.#secrets === real) {
      await this.#served(({ port }) => createSecrets(port, this.#root, real, wanted))
      this.#world = { ...this.world, real: wanted }
      this.#secrets = wanted
    }
    const configFile = this.#place.configure({ port: await freePort() })
    await grow(configFile, this.world, this.#secrets, secrets)
    this.#secrets = Math.max(this.#secrets, secrets)
  }

  async toStart(settings: Omit<Settings, 'port'>, cores: Cores, profileFolder?: string): Promise<Start> {
    const port = await freePort()
    const configFile = this.#place.configure({ ...settings, port })
    const call = jsonCall('secretsmanager', 'GetSecretValue', { SecretId: realName(0) })
    const probe = rawRequest(call, this.world.users.reader, port, Date.now())
    return { args: ['server', '--config', configFile], port, cores, probe, profileFolder }
  }

  async openStore(): Promise<Store> {
    return openConfiguredStore(this.#place.configure({ port: await freePort() }))
  }

  remove(): Promise<void> {
    return this.#place.remove()
  }

  /** Does something with a server that root may call. */
  async #served(work: (server: Running) => Promise<void>): Promise<void> {
    const port = await freePort()
    const configFile = this.#place.configure({ port })
    const call = jsonCall('secretsmanager', 'ListSecrets', {})
    const probe = rawRequest(call, this.#root, port, Date.now())
    const server = await start({ args: ['server', '--config', configFile], port, cores: this.#cores, probe })
    try {
      await work(server)
    } finally {
      await server.stop()
    }
  }
}
