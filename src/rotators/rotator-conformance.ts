import { expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import { alternatingUsers } from './alternating-users.ts'
import { type DatabaseEngine, DatabaseFault, type DatabaseSession, type Login } from './database.ts'
import { databaseRotator, type Manner } from './database-rotator.ts'
import { readDatabaseSecret } from './database-secret.ts'
import { type RotatedSecret, type Rotator, rotationSteps, type StepOutcome } from './rotator.ts'
import { singleUser } from './single-user.ts'

/** A server to rotate on. */
export interface RotatorTarget {
  readonly engine: DatabaseEngine
  readonly port: number
  /** An administrator. */
  readonly admin: { readonly user: string; readonly password: string }
  /** Makes a user as an application would have one, who may change his own password. */
  makeUser(name: string, password: string): Promise<void>
  /** Proves that a user may do what `makeUser` gave him leave to. */
  use(name: string, password: string): Promise<void>
  /** Whether both passwords of a user work after a rotation. */
  readonly keepsOldPassword?: boolean
  /** What secrets of this server say besides. */
  readonly members?: Members
}

const settings = { connectMilliseconds: 5_000, statementMilliseconds: 5_000 }
export const lender = 'arn:aws:secretsmanager:us-east-1:111111111111:secret:admin-AbCdEf'

type Members = Readonly<Record<string, unknown>>

/** A secret without Keyturn around it: versions by label, as texts. */
export class FakeSecret implements RotatedSecret {
  readonly versions = new Map<string, string>()
  binding: string | undefined
  admin: string | undefined

  constructor(members: Members) {
    this.versions.set('AWSCURRENT', JSON.stringify(members))
  }

  async read(label: string): Promise<Secret<string> | undefined> {
    const text = this.versions.get(label)
    return text === undefined ? undefined : new Secret(text)
  }

  async putPending(value: Secret<string>): Promise<void> {
    this.versions.set('AWSPENDING', value.reveal())
  }

  async makeCurrent(): Promise<void> {
    const pending = this.versions.get('AWSPENDING')
    if (pending === undefined) return
    this.versions.set('AWSPREVIOUS', this.versions.get('AWSCURRENT') as string)
    this.versions.set('AWSCURRENT', pending)
    this.versions.delete('AWSPENDING')
  }

  async readLender(arn: string): Promise<Secret<string> | undefined> {
    return arn === lender && this.admin !== undefined ? new Secret(this.admin) : undefined
  }

  credentials(label = 'AWSCURRENT'): { username: string; password: string } {
    return JSON.parse(this.versions.get(label) ?? '{}') as { username: string; password: string }
  }
}

export async function rotate(rotator: Rotator, secret: RotatedSecret): Promise<readonly StepOutcome[]> {
  const outcomes: StepOutcome[] = []
  for (const step of rotationSteps) {
    const outcome = await rotator.run(step, secret)
    outcomes.push(outcome)
    if ('failed' in outcome) break
  }
  return outcomes
}

export const done = Array.from(rotationSteps, () => ({ done: true }))

/** Names that would end a statement early if they were pasted into it. */
const hostile = [`o'brien"; DROP`, 'back\\slash`tick', 'per%cent_', '[br]ack]et']

/** What every engine's rotators do, over a server that is really there. */
export function rotatorConformance(name: string, open: () => RotatorTarget): void {
  let users = 0
  const setUp = async (manner: Manner, more: Members = {}, user = `user${++users}`) => {
    const target = open()
    const { engine, port, admin } = target
    const rotator = databaseRotator(name, { engine, settings }, manner)
    await target.makeUser(user, 'first-password')
    const place = { engine: engine.names[0], host: '127.0.0.1', port, ssl: false, ...target.members }
    const secret = new FakeSecret({ ...place, username: user, password: 'first-password', kept: [1], ...more })
    secret.admin = JSON.stringify({ ...place, username: admin.user, password: admin.password })
    const lending = rotator.lending?.(new Secret(secret.versions.get('AWSCURRENT') as string))
    if (lending && 'binding' in lending) secret.binding = lending.binding
    return { target, rotator, secret, user }
  }

  test(`${name}: a single user's password changes, and the old one ends`, async () => {
    const { target, rotator, secret, user } = await setUp(singleUser)
    for (let round = 0; round < 3; round++) {
      const before = secret.credentials()
      expect(await rotate(rotator, secret)).toEqual(done)
      const { username, password } = secret.credentials()
      expect(username).toBe(user)
      expect(password).not.toBe(before.password)
      await target.use(username, password)
      if (!target.keepsOldPassword) await expect(target.use(user, before.password)).rejects.toThrow()
    }
    expect(JSON.parse(secret.versions.get('AWSCURRENT') ?? '')).toMatchObject({ kept: [1], ssl: false })
  })

  test(`${name}: every step may be repeated, and begun anew from the first`, async () => {
    const { target, rotator, secret } = await setUp(singleUser)
    for (const step of rotationSteps) {
      for (const again of rotationSteps.slice(0, rotationSteps.indexOf(step) + 1)) {
        if (step !== 'finishSecret') expect(await rotator.run(again, secret)).toEqual({ done: true })
      }
    }
    expect(await rotator.run('finishSecret', secret)).toEqual({ done: true })
    const { username, password } = secret.credentials()
    await target.use(username, password)
  })

  test(`${name}: a change that came through although its answer was lost is found out`, async () => {
    const { target, rotator, secret } = await setUp(singleUser)
    const broken = brokenAfterChange(target.engine)
    const half = databaseRotator(name, { engine: broken, settings }, singleUser)
    await half.run('createSecret', secret)
    expect(await half.run('setSecret', secret)).toMatchObject({ failed: { type: 'Database.unavailable' } })
    expect(await rotate(rotator, secret)).toEqual(done)
    const { username, password } = secret.credentials()
    await target.use(username, password)
  })

  test(`${name}: a password that the database refuses is replaced before the next one is tried`, async () => {
    const { target, rotator, secret } = await setUp(singleUser)
    const stored: string[] = []
    const strict = refusingFirst(target.engine, 2, () => stored.push(secret.credentials('AWSPENDING').password))
    const careful = databaseRotator(name, { engine: strict, settings }, singleUser)
    expect(await rotate(careful, secret)).toEqual(done)
    expect(new Set(stored).size).toBe(3)
    expect(stored.at(-1)).toBe(secret.credentials().password)
    await target.use(secret.credentials().username, secret.credentials().password)
    expect(rotator.name).toBe(name)
  })

  test(`${name}: the previous password helps where the current one does not work`, async () => {
    const { target, rotator, secret, user } = await setUp(singleUser)
    secret.versions.set('AWSPREVIOUS', secret.versions.get('AWSCURRENT') as string)
    secret.versions.set(
      'AWSCURRENT',
      JSON.stringify({ ...JSON.parse(secret.versions.get('AWSCURRENT') ?? ''), password: 'lost' }),
    )
    expect(await rotate(rotator, secret)).toEqual(done)
    await target.use(user, secret.credentials().password)
  })

  test(`${name}: where no stored password works nothing changes, and no fault holds one`, async () => {
    const { rotator, secret, user, target } = await setUp(singleUser, { password: 'wrong-password' })
    const outcomes = await rotate(rotator, secret)
    expect(outcomes.at(-1)).toMatchObject({ failed: { type: 'LoginRefused' } })
    expect(JSON.stringify(outcomes)).not.toContain('wrong-password')
    await target.use(user, 'first-password')
  })

  test(`${name}: a server that is away changes nothing`, async () => {
    const { rotator, secret, user, target } = await setUp(singleUser)
    const away = new FakeSecret({ ...JSON.parse(secret.versions.get('AWSCURRENT') ?? ''), port: 1 })
    expect((await rotate(rotator, away)).at(-1)).toMatchObject({ failed: { type: 'Database.unavailable' } })
    await target.use(user, 'first-password')
  })

  test(`${name}: an administrator changes a user's password where the secret says so`, async () => {
    const { target, rotator, secret, user } = await setUp(singleUser, { masterarn: lender })
    expect(await rotate(rotator, secret)).toEqual(done)
    await target.use(user, secret.credentials().password)
  })

  test(`${name}: two users take turns, and the one before goes on working`, async () => {
    const { target, rotator, secret, user } = await setUp(alternatingUsers, { masterarn: lender })
    const turns: string[] = []
    for (let round = 0; round < 3; round++) {
      const before = secret.credentials()
      expect(await rotate(rotator, secret)).toEqual(done)
      const { username, password } = secret.credentials()
      turns.push(username)
      await target.use(username, password)
      await target.use(before.username, before.password)
    }
    expect(turns).toEqual([`${user}_clone`, user, `${user}_clone`])
  })

  test(`${name}: a second user who was half made is made whole`, async () => {
    const { target, secret } = await setUp(alternatingUsers, { masterarn: lender })
    for (let broken = 0; broken < 2; broken++) {
      const half = databaseRotator(name, { engine: brokenAfterChange(target.engine), settings }, alternatingUsers)
      await rotate(half, secret)
    }
    const rotator = databaseRotator(name, { engine: target.engine, settings }, alternatingUsers)
    expect(await rotate(rotator, secret)).toEqual(done)
    await target.use(secret.credentials().username, secret.credentials().password)
  })

  test(`${name}: rights are borrowed only for what they were asked for`, async () => {
    const { rotator, secret, target } = await setUp(alternatingUsers, { masterarn: lender })
    await target.makeUser('victim', 'first-password')
    secret.versions.set(
      'AWSCURRENT',
      JSON.stringify({ ...JSON.parse(secret.versions.get('AWSCURRENT') ?? ''), username: 'victim' }),
    )
    expect((await rotate(rotator, secret)).at(-1)).toMatchObject({ failed: { type: 'BindingChanged' } })
    const { rotator: other, secret: away } = await setUp(alternatingUsers, { masterarn: lender })
    away.admin = JSON.stringify({ ...JSON.parse(away.admin ?? ''), port: 1 })
    expect((await rotate(other, away)).at(-1)).toMatchObject({ failed: { type: 'AnotherServer' } })
  })

  test.each(hostile)(`${name}: the user name %s is only a name`, async (user) => {
    if (name === 'redis') user = user.replaceAll(' ', '')
    if (name === 'oracle') user = user.replaceAll('"', '')
    const { target, rotator, secret } = await setUp(singleUser, {}, user)
    expect(await rotate(rotator, secret)).toEqual(done)
    await target.use(user, secret.credentials().password)
    secret.versions.set(
      'AWSCURRENT',
      JSON.stringify({ ...JSON.parse(secret.versions.get('AWSCURRENT') ?? ''), masterarn: lender }),
    )
    const pair = databaseRotator(name, { engine: target.engine, settings }, alternatingUsers)
    const lending = pair.lending?.(new Secret(secret.versions.get('AWSCURRENT') as string))
    if (lending && 'binding' in lending) secret.binding = lending.binding
    expect(await rotate(pair, secret)).toEqual(done)
    await target.use(`${user}_clone`, secret.credentials().password)
  })

  test(`${name}: a plain server is not spoken to where the secret wants it encrypted`, async () => {
    const { target, secret } = await setUp(singleUser, { ssl: undefined })
    const hasty = { connectMilliseconds: 300, statementMilliseconds: 300 }
    const rotator = databaseRotator(name, { engine: target.engine, settings: hasty }, singleUser)
    const read = readDatabaseSecret(new Secret(secret.versions.get('AWSCURRENT') as string))
    expect('secret' in read && read.secret.tls).toBe(true)
    expect((await rotate(rotator, secret)).at(-1)).toMatchObject({ failed: { type: 'Database.unavailable' } })
  })
}

function wrapped(engine: DatabaseEngine, wrap: (session: DatabaseSession) => DatabaseSession): DatabaseEngine {
  return { ...engine, open: async (login: Login) => wrap(await engine.open(login)) }
}

/** The connection breaks when the change has been made, before anybody hears of it. */
function brokenAfterChange(engine: DatabaseEngine): DatabaseEngine {
  const lost = async (change: Promise<void>) => {
    await change
    throw new DatabaseFault('unavailable', 'ECONNRESET')
  }
  return wrapped(engine, (session) => ({
    ...session,
    changeOwnPassword: (next, present) => lost(session.changeOwnPassword(next, present)),
    changePassword: (user, next, present) => lost(session.changePassword(user, next, present)),
    cloneUser: (from, to, next) => lost(session.cloneUser(from, to, next)),
  }))
}

/** A policy that takes none of the first passwords. */
function refusingFirst(engine: DatabaseEngine, count: number, asked: () => void): DatabaseEngine {
  let left = count
  return wrapped(engine, (session) => ({
    ...session,
    async changeOwnPassword(next, present) {
      asked()
      if (left-- > 0) throw new DatabaseFault('password-refused', 'policy')
      await session.changeOwnPassword(next, present)
    },
  }))
}
