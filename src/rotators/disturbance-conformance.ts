import { type AddressInfo, createServer, type Socket } from 'node:net'
import { rootCertificates } from 'node:tls'
import { expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import { alternatingUsers } from './alternating-users.ts'
import { databaseRotator, type DatabaseSettings, type Manner } from './database-rotator.ts'
import { done, FakeSecret, lender, rotate, type RotatorTarget } from './rotator-conformance.ts'
import { singleUser } from './single-user.ts'

/** What a server is asked for: to change a password, to make a second user, or to let somebody in. */
export type Request = 'change' | 'clone' | 'login'

/**
 * `lost`: the connection breaks before anything is carried out. `cut`: it breaks when all has been carried out, before the answer.
 * `silence`: all is carried out, and nothing is ever answered.
 */
export type Disturbance = 'lost' | 'cut' | 'silence'

/** A server that does what servers do only now and then. */
export interface DisturbedTarget extends RotatorTarget {
  /** The next such request is disturbed. */
  disturb(request: Request, how: Disturbance): void
  /** So many new passwords are refused by the server's policy from here on. */
  refusePasswords(count: number): void
}

const patient: DatabaseSettings = { connectMilliseconds: 5_000, statementMilliseconds: 5_000 }
const hasty: DatabaseSettings = { connectMilliseconds: 400, statementMilliseconds: 300 }

let users = 0

async function setUp(name: string, target: DisturbedTarget, manner: Manner, more: object = {}) {
  const { engine, port, admin } = target
  const user = `disturbed${++users}`
  await target.makeUser(user, 'first-password')
  const place = { engine: engine.names[0], host: '127.0.0.1', port, ssl: false, ...target.members }
  const secret = new FakeSecret({ ...place, username: user, password: 'first-password', ...more })
  secret.admin = JSON.stringify({ ...place, username: admin.user, password: admin.password })
  const rotator = (settings: DatabaseSettings) => databaseRotator(name, { engine, settings }, manner)
  const lending = rotator(patient).lending?.(new Secret(secret.versions.get('AWSCURRENT') as string))
  if (lending && 'binding' in lending) secret.binding = lending.binding
  return { target, secret, user, rotator }
}

/** What engines do when the server, not the test, refuses or falls silent. */
export function disturbanceConformance(name: string, open: () => DisturbedTarget): void {
  const ways: readonly Disturbance[] = ['lost', 'cut', 'silence']

  test.each(ways)(
    `${name}: the user's own change is %s, and the next attempt finds out what is in force`,
    async (how) => {
      const { target, secret, user, rotator } = await setUp(name, open(), singleUser)
      target.disturb('change', how)
      expect((await rotate(rotator(hasty), secret)).at(-1)).toMatchObject({ failed: { type: 'Database.unavailable' } })
      const { password } = secret.credentials('AWSPENDING')
      await target.use(user, how === 'lost' ? 'first-password' : password)
      await expect(target.use(user, how === 'lost' ? password : 'first-password')).rejects.toThrow()
      expect(await rotate(rotator(patient), secret)).toEqual(done)
      expect(secret.credentials().password).toBe(password)
      await target.use(user, password)
    },
  )

  test.each(ways)(`${name}: the administrator's change is %s`, async (how) => {
    const { target, secret, user, rotator } = await setUp(name, open(), singleUser, { masterarn: lender })
    target.disturb('change', how)
    expect((await rotate(rotator(hasty), secret)).at(-1)).toMatchObject({ failed: { type: 'Database.unavailable' } })
    expect(await rotate(rotator(patient), secret)).toEqual(done)
    await target.use(user, secret.credentials().password)
  })

  test.each(ways)(`${name}: the making of a second user is %s`, async (how) => {
    const { target, secret, user, rotator } = await setUp(name, open(), alternatingUsers, { masterarn: lender })
    target.disturb('clone', how)
    expect((await rotate(rotator(hasty), secret)).at(-1)).toMatchObject({ failed: { type: 'Database.unavailable' } })
    expect(await rotate(rotator(patient), secret)).toEqual(done)
    expect(secret.credentials().username).toBe(`${user}_clone`)
    await target.use(`${user}_clone`, secret.credentials().password)
    await target.use(user, 'first-password')
  })

  test.each(ways)(`${name}: an attempt to log in that is %s says nothing of the password`, async (how) => {
    const { target, secret, user, rotator } = await setUp(name, open(), singleUser)
    target.disturb('login', how)
    expect((await rotate(rotator(hasty), secret)).at(-1)).toMatchObject({ failed: { type: 'Database.unavailable' } })
    await target.use(user, 'first-password')
  })

  test(`${name}: a server that takes connections and never speaks is unavailable`, async () => {
    const sockets: Socket[] = []
    const server = createServer((socket) => sockets.push(socket.on('error', () => undefined)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const login = { host: '127.0.0.1', port, user: 'u', password: new Secret('p'), database: undefined, tls: undefined }
    await expect(open().engine.open({ ...login, ...hasty })).rejects.toMatchObject({ kind: 'unavailable' })
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })

  test.each([singleUser, alternatingUsers])(
    `${name}: passwords that the policy refuses are replaced`,
    async (manner) => {
      const { target, secret, rotator } = await setUp(name, open(), manner, { masterarn: lender })
      target.refusePasswords(2)
      expect(await rotate(rotator(patient), secret)).toEqual(done)
      const { username, password } = secret.credentials()
      await target.use(username, password)
    },
  )

  test(`${name}: where the policy refuses every password the old one stays`, async () => {
    const { target, secret, user, rotator } = await setUp(name, open(), singleUser)
    target.refusePasswords(100)
    const outcomes = await rotate(rotator(patient), secret)
    target.refusePasswords(0)
    expect(outcomes.at(-1)).toMatchObject({ failed: { type: 'Database.password-refused' } })
    await target.use(user, 'first-password')
    expect(await rotate(rotator(patient), secret)).toEqual(done)
  })
}

/** A server that has TLS, and the authority of its certificate, which no system knows. */
export interface EncryptedTarget extends RotatorTarget {
  readonly ca: string
}

/** What engines do where the connection is to be encrypted. */
export function encryptionConformance(name: string, open: () => EncryptedTarget): void {
  const stranger = rootCertificates[0] as string
  const prepare = async (more: object, settings: DatabaseSettings) => {
    const target = open()
    const user = `encrypted${++users}`
    await target.makeUser(user, 'first-password')
    const { engine, port, members } = target
    const place = { engine: engine.names[0], host: '127.0.0.1', port, ...members }
    const secret = new FakeSecret({ ...place, username: user, password: 'first-password', ...more })
    return { target, user, secret, rotator: databaseRotator(name, { engine, settings }, singleUser) }
  }

  test.each(['secret', 'configuration'])(
    `${name}: rotates over TLS with the authority that the %s names`,
    async (where) => {
      const { ca } = open()
      const more = where === 'secret' ? { ca } : {}
      const { target, user, secret, rotator } = await prepare(more, where === 'secret' ? patient : { ...patient, ca })
      expect(await rotate(rotator, secret)).toEqual(done)
      await target.use(user, secret.credentials().password)
      await expect(target.use(user, 'first-password')).rejects.toThrow()
    },
  )

  test.each([
    ['nobody knows', {}, hasty],
    ['the secret does not name', { ca: stranger }, hasty],
    ['the configuration does not name', {}, { ...hasty, ca: stranger }],
  ])(`${name}: an authority that %s is refused`, async (_what, more, settings) => {
    const { target, user, secret, rotator } = await prepare(more, settings)
    const outcomes = await rotate(rotator, secret)
    expect(outcomes.at(-1)).toMatchObject({ failed: { type: 'Database.unavailable' } })
    await target.use(user, 'first-password')
  })
}
