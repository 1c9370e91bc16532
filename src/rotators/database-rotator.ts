import type { Secret } from '../base/secret.ts'
import { type DatabaseEngine, DatabaseFault, type DatabaseSession, type Login } from './database.ts'
import { bindingOf, type DatabaseSecret, readDatabaseSecret, withCredentials } from './database-secret.ts'
import { newPassword } from './new-password.ts'
import {
  type Lending,
  type RotatedSecret,
  type RotationStep,
  type Rotator,
  stepDone,
  stepFailed,
  type StepOutcome,
} from './rotator.ts'

/** What the operator of the server has set for all connections. */
export interface DatabaseSettings {
  /** Certificate authorities in PEM, where the secret names none. */
  readonly ca?: string | undefined
  readonly connectMilliseconds: number
  readonly statementMilliseconds: number
  /** Whether a host may be connected to; any may where absent. */
  readonly mayReach?: ((host: string) => boolean) | undefined
}

/** What every step of one engine needs. */
export interface Workshop {
  readonly engine: DatabaseEngine
  readonly settings: DatabaseSettings
}

/** How the user of the next version is found, and how that version comes into force. */
export interface Manner {
  nextUser(secret: DatabaseSecret): string
  /** The name that stays the same over rotations. */
  baseUser(secret: DatabaseSecret): string
  /** Whether the rotation borrows rights with this secret. */
  borrows(secret: DatabaseSecret): boolean
  setSecret(workshop: Workshop, versions: Versions, secret: RotatedSecret): Promise<StepOutcome>
}

export interface Versions {
  readonly current: DatabaseSecret
  readonly pending: DatabaseSecret
}

/** Ends a step with a failure that is told as it is. */
export class StepFailure extends Error {
  override readonly name = 'StepFailure'
  readonly type: string

  constructor(type: string, detail: string) {
    super(detail)
    this.type = type
  }
}

/** The four steps over a database. What it is asked to do outside is written down before: old and new password are both stored. */
export function databaseRotator(name: string, workshop: Workshop, manner: Manner): Rotator {
  const steps: Readonly<Record<RotationStep, (secret: RotatedSecret) => Promise<StepOutcome>>> = {
    createSecret: (secret) => createSecret(workshop, manner, secret),
    async setSecret(secret) {
      const versions = await readVersions(workshop, manner, secret)
      return manner.setSecret(workshop, versions, secret)
    },
    async testSecret(secret) {
      const pending = await mustRead(workshop, secret, 'AWSPENDING')
      const session = await logIn(workshop, pending)
      await closeQuietly(session)
      return stepDone
    },
    async finishSecret(secret) {
      await secret.makeCurrent()
      return stepDone
    },
  }
  return {
    name,
    lending: (value) => lendingOf(manner, value),
    run: (step, secret) => steps[step](secret).catch(failureOf),
  }
}

function failureOf(error: unknown): StepOutcome {
  if (error instanceof StepFailure) return stepFailed(error.type, error.message)
  if (error instanceof DatabaseFault) {
    return stepFailed(`Database.${error.kind}`, `The database: ${error.kind}, code ${error.code}.`)
  }
  throw error
}

function lendingOf(manner: Manner, value: Secret<string>): Lending {
  const read = readDatabaseSecret(value)
  if ('refused' in read) return read
  const { secret } = read
  if (!manner.borrows(secret)) return { none: true }
  if (secret.masterarn === undefined) return { refused: 'masterarn must be the ARN of the secret of an administrator.' }
  return { arn: secret.masterarn, binding: bindingOf(secret, manner.baseUser(secret)) }
}

async function createSecret({ engine }: Workshop, manner: Manner, secret: RotatedSecret): Promise<StepOutcome> {
  if ((await secret.read('AWSPENDING')) !== undefined) return stepDone
  const current = await mustReadOf(engine, secret, 'AWSCURRENT')
  const user = manner.nextUser(current)
  if (user.length > engine.longestUser) throw new StepFailure('UserNameTooLong', `${user} is too long for a user name.`)
  await secret.putPending(withCredentials(current, user, newPassword(engine.password)))
  return stepDone
}

function mustRead({ engine }: Workshop, secret: RotatedSecret, label: 'AWSCURRENT' | 'AWSPENDING') {
  return mustReadOf(engine, secret, label)
}

async function mustReadOf(
  engine: DatabaseEngine,
  secret: RotatedSecret,
  label: 'AWSCURRENT' | 'AWSPENDING',
): Promise<DatabaseSecret> {
  const value = await secret.read(label)
  if (value === undefined) throw new StepFailure('NoValue', `The version ${label} has no text.`)
  return checked(engine, value, label)
}

export function checked(engine: DatabaseEngine, value: Secret<string>, what: string): DatabaseSecret {
  const read = readDatabaseSecret(value)
  if ('refused' in read) throw new StepFailure('InvalidValue', `The value of ${what}: ${read.refused}`)
  const { secret } = read
  if (secret.engine !== undefined && !engine.names.includes(secret.engine)) {
    throw new StepFailure('WrongEngine', `The value of ${what}: engine must be one of ${engine.names.join(', ')}.`)
  }
  return secret
}

/** Current and pending version, which must be about the same server, and the pending one about the user whose turn it is. */
async function readVersions(workshop: Workshop, manner: Manner, secret: RotatedSecret): Promise<Versions> {
  const current = await mustRead(workshop, secret, 'AWSCURRENT')
  const pending = await mustRead(workshop, secret, 'AWSPENDING')
  const place = ({ host, port, dbname }: DatabaseSecret) => JSON.stringify([host, port, dbname])
  if (place(current) !== place(pending) || pending.username !== manner.nextUser(current)) {
    throw new StepFailure('VersionsDiffer', 'The pending version names another server or user than the current one.')
  }
  return { current, pending }
}

/** Throws `DatabaseFault`; `login-refused` means that these credentials do not work, for certain. */
export async function logIn({ engine, settings }: Workshop, secret: DatabaseSecret): Promise<DatabaseSession> {
  if (settings.mayReach?.(secret.host) === false) {
    throw new StepFailure('HostNotAllowed', 'The operator of this server does not let rotators connect to that host.')
  }
  const login: Login = {
    host: secret.host,
    port: secret.port ?? engine.port,
    user: secret.username,
    password: secret.password,
    database: secret.dbname,
    tls: secret.tls ? { ca: secret.ca ?? settings.ca } : undefined,
    connectMilliseconds: settings.connectMilliseconds,
    statementMilliseconds: settings.statementMilliseconds,
    mayReach: settings.mayReach,
  }
  return engine.open(login)
}

/** Whether the database takes these credentials. Throws `DatabaseFault` where nobody can know. */
export async function credentialsWork(workshop: Workshop, secret: DatabaseSecret): Promise<boolean> {
  const session = await tryLogIn(workshop, secret)
  if (session) await closeQuietly(session)
  return session !== undefined
}

/** A session, or nothing where the credentials do not work. */
export async function tryLogIn(workshop: Workshop, secret: DatabaseSecret): Promise<DatabaseSession | undefined> {
  try {
    return await logIn(workshop, secret)
  } catch (error) {
    if (error instanceof DatabaseFault && error.kind === 'login-refused') return undefined
    throw error
  }
}

/** What was to be done with a session is done, or has failed: how it ends changes nothing. */
export async function closeQuietly(session: DatabaseSession): Promise<void> {
  await session.close().catch(() => undefined)
}

/** A session of the secret whose rights are borrowed: on the same server only, and for what its reader asked for. */
export async function logInAsLender(
  workshop: Workshop,
  manner: Manner,
  { pending }: Versions,
  secret: RotatedSecret,
): Promise<DatabaseSession> {
  const { masterarn } = pending
  if (masterarn === undefined) throw new StepFailure('NoLender', 'The secret has no masterarn.')
  if (secret.binding !== bindingOf(pending, manner.baseUser(pending))) {
    throw new StepFailure(
      'BindingChanged',
      'The secret names another server, user or masterarn than when rotation was set up: call RotateSecret again, as somebody who may read the secret that masterarn names.',
    )
  }
  const value = await secret.readLender(masterarn)
  if (value === undefined) throw new StepFailure('NoLender', 'The secret that masterarn names cannot be read.')
  const lender = checked(workshop.engine, value, 'the secret that masterarn names')
  const port = (one: DatabaseSecret) => one.port ?? workshop.engine.port
  if (lender.host !== pending.host || port(lender) !== port(pending)) {
    throw new StepFailure('AnotherServer', 'The secret that masterarn names is about another server.')
  }
  return logIn(workshop, lender)
}

const mostPasswords = 3

/**
 * Brings the pending password into force. Where the policy of the database refuses it, another one is made and stored first.
 */
export async function bringIntoForce(
  { engine }: Workshop,
  { pending }: Versions,
  secret: RotatedSecret,
  change: (password: Secret<string>) => Promise<void>,
): Promise<void> {
  let { password } = pending
  for (let tried = 1; ; tried++) {
    try {
      return await change(password)
    } catch (error) {
      const refused = error instanceof DatabaseFault && error.kind === 'password-refused'
      if (!refused || tried === mostPasswords) throw error
    }
    password = newPassword(engine.password)
    await secret.putPending(withCredentials(pending, pending.username, password))
  }
}
