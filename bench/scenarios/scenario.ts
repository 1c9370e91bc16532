import type { Call, Credentials } from '../aws/signed-call.ts'
import type { World } from '../world/world.ts'

export interface SignedBy {
  readonly call: Call
  readonly credentials: Credentials
}

export interface Scene {
  readonly world: World
  /** Where the server listens, for calls that have to be made before those that are measured. */
  readonly port: number
  /** How many requests to make. */
  readonly count: number
  /** How many secrets the store holds. */
  readonly secrets: number
}

/** One kind of request that is measured. */
export interface Scenario {
  readonly name: string
  /** What one request does, for people. */
  readonly about: string
  /** Whether a request may be sent more than once and do the same work. */
  readonly repeat: boolean
  /** More requests than a server answers in a second: where `repeat` does not hold, a run has as many per second. */
  readonly perSecond?: number
  /** Secrets in one answer, where it has many. */
  readonly itemsPerRequest?: number
  /** What is to be reached, and below what a quick run fails. */
  readonly target?: Target | undefined
  requests(scene: Scene): Promise<readonly SignedBy[]>
}

/** A share of the bare server: of its processor time per request (`cpu`), or of its requests per second (`rate`). */
export interface Target {
  readonly of: 'cpu' | 'rate'
  readonly least: number
  readonly floor: number
}

/** Calls that are made of their number, all by one user. */
export function madeBy(
  credentials: (world: World) => Credentials,
  call: (index: number, scene: Scene) => Call,
): Scenario['requests'] {
  return async (scene) => {
    const by = credentials(scene.world)
    return Array.from({ length: scene.count }, (_, index) => ({ call: call(index, scene), credentials: by }))
  }
}
