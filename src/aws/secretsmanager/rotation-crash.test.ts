import { afterAll, beforeAll, expect, test } from 'vitest'
import { skipPostgres, startPostgres, type TestPostgres } from '../../../test/postgres.ts'
import { openSecretsManager, type SecretsManager } from '../../../test/secrets-manager.ts'
import type { AdvancingClock } from '../../base/clock.ts'
import { PassingClock } from '../../base/passing-clock.test-support.ts'
import { openRotators } from '../../rotators/open-rotators.ts'
import { devSeal } from '../../seal/seals/dev.ts'
import type { Backend } from '../../store/backend.ts'
import { MemoryBackend } from '../../store/memory.ts'

/** A store that takes so many commits more and then is gone for the process that had it, as its own end would have it. */
class Mortal implements Backend {
  readonly #backend: MemoryBackend
  #left: number
  /** Whether the last commit was taken without its process hearing of it. */
  readonly #unheard: boolean
  commits = 0
  dead = false

  constructor(backend: MemoryBackend, left: number, unheard: boolean) {
    this.#backend = backend
    this.#left = left
    this.#unheard = unheard
  }

  #live(): MemoryBackend {
    if (this.dead) throw new Error('the process is dead')
    return this.#backend
  }

  get: Backend['get'] = async (keys) => this.#live().get(keys)
  range: Backend['range'] = async (from, to, options) => this.#live().range(from, to, options)
  keys: Backend['keys'] = async (from, to, options) => this.#live().keys(from, to, options)
  head: Backend['head'] = async () => this.#live().head()
  changesSince: Backend['changesSince'] = async (number) => this.#live().changesSince(number)
  headNow = () => this.#live().headNow()
  close = async () => undefined

  commit: Backend['commit'] = async (checks, writes) => {
    const backend = this.#live()
    if (this.#left-- <= 0) {
      this.dead = true
      if (this.#unheard) await backend.commit(checks, writes)
      throw new Error('the process is dead')
    }
    this.commits++
    return backend.commit(checks, writes)
  }
}

const database = { connectMilliseconds: 5_000, statementMilliseconds: 5_000 }
const rotators = openRotators({ database, webhook: () => undefined, forward: () => undefined })

const seal = devSeal()

interface Life extends SecretsManager {
  readonly store: Mortal
}

/** A process over what an earlier one left. Claims of the dead are over at once. */
async function live(backend: MemoryBackend, clock: AdvancingClock, commits: number, unheard = false): Promise<Life> {
  const store = new Mortal(backend, commits, unheard)
  const api = await openSecretsManager({ backend: store, seal, clock, rotators, claimMilliseconds: 1_000 })
  return { ...api, store }
}

let server: TestPostgres
let users = 0
beforeAll(async () => {
  if (!skipPostgres) server = await startPostgres()
}, 60_000)
afterAll(() => server?.stop())

async function statements(as: { user?: string; password?: string }, ...sql: readonly string[]): Promise<void> {
  const url = new URL(server.connectionString)
  const { user: username = url.username, password = url.password } = as
  await server.run({ username, password }, ...sql)
}

const token = 'rotation-token-of-thirty-two-or-more'

/** Dies at the n-th commit after a rotation was asked for, and goes on in another process. Answers how many commits one life took. */
async function rotateWithDeath(rotator: string, n: number, unheard: boolean): Promise<number> {
  const backend = new MemoryBackend()
  const clock = new PassingClock()
  const user = `crash${++users}`
  await statements({}, `CREATE ROLE ${user} LOGIN PASSWORD 'first-password'`)
  const url = new URL(server.connectionString)
  const place = { engine: 'postgres', host: '127.0.0.1', port: Number(url.port), ssl: false }
  const first = await live(backend, clock, Number.POSITIVE_INFINITY)
  const admin = { ...place, username: url.username, password: url.password }
  const { ARN: masterarn } = await first.sm('CreateSecret', { Name: 'admin', SecretString: JSON.stringify(admin) })
  const app = {
    ...place,
    username: user,
    password: 'first-password',
    ...(rotator.includes('alternating') && { masterarn }),
  }
  await first.sm('CreateSecret', { Name: 's', SecretString: JSON.stringify(app) })
  await first.sm('RotateSecret', {
    SecretId: 's',
    RotationLambdaARN: `keyturn:rotator/${rotator}`,
    ClientRequestToken: token,
  })
  await first.harness.close()

  const dying = await live(backend, clock, n, unheard)
  await dying.harness.scheduler.runDue().catch(() => undefined)
  const { commits } = dying.store
  dying.store.dead = true

  const last = await live(backend, clock, Number.POSITIVE_INFINITY)
  const credentials = async () => {
    const { SecretString } = await last.sm('GetSecretValue', { SecretId: 's' })
    const { username, password } = JSON.parse(String(SecretString)) as { username: string; password: string }
    return { user: username, password }
  }
  // Between the change outside and the move of the label, the pending version is the one that works for a single user.
  const before = await credentials()
  const works = await statements(before).then(
    () => true,
    () => false,
  )
  if (!works) {
    const pending = await last.sm('GetSecretValue', { SecretId: 's', VersionStage: 'AWSPENDING' })
    const { password } = JSON.parse(String(pending['SecretString'])) as { password: string }
    await statements({ user, password })
    expect(rotator).not.toContain('alternating')
  }
  clock.pass(60_000)
  clock.advanceTo(clock.now() + 60_000)
  await last.harness.scheduler.runDue()
  const after = await credentials()
  expect(after.password, `death at commit ${n}`).not.toBe('first-password')
  await statements(after)
  const { VersionIdsToStages } = await last.sm('DescribeSecret', { SecretId: 's' })
  expect((VersionIdsToStages as Record<string, string[]>)[token]).toContain('AWSCURRENT')
  const again = await last.sm('RotateSecret', { SecretId: 's' })
  await last.harness.scheduler.runDue()
  expect((await last.sm('GetSecretValue', { SecretId: 's' })).VersionId).toBe(again.VersionId)
  await statements(await credentials())
  await last.harness.close()
  return commits
}

test.skipIf(skipPostgres).each([
  ['postgres', false],
  ['postgres', true],
  ['postgres-alternating-users', false],
  ['postgres-alternating-users', true],
])(
  'a process that dies at any commit of a rotation (%s, unheard: %s) loses no password',
  async (rotator, unheard) => {
    const whole = await rotateWithDeath(rotator, 1_000, unheard)
    expect(whole).toBeGreaterThan(6)
    for (let n = 0; n < whole; n++) expect(await rotateWithDeath(rotator, n, unheard)).toBe(n)
  },
  60_000,
)
