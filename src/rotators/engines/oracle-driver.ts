import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { DatabaseFault, type Login } from '../database.ts'
import { type MayConnect, type OpenedSockets, withOpenedSockets } from './opened-sockets.ts'

/** A connection as one user, of which every call ends in time. */
export interface OracleConnection {
  /** The rows of a query, as lists in the order of its columns. Throws `DatabaseFault`. */
  readonly run: (sql: string, binds?: Binds) => Promise<readonly Row[]>
  readonly close: () => Promise<void>
}

export type Row = readonly unknown[]
type Binds = Readonly<Record<string, string>>

interface DriverConnection {
  callTimeout: number
  execute(sql: string, binds: Binds): Promise<{ readonly rows?: readonly Row[] }>
  close(): Promise<void>
}

interface Driver {
  getConnection(options: Readonly<Record<string, unknown>>): Promise<DriverConnection>
}

/** How long a server has to answer that a statement is to be broken off, before the connection is. */
const breakMilliseconds = 1_000

/** Connects with the driver's thin mode, which needs no client libraries. `user` is as a statement would write it. */
export async function connectOracle(login: Login, user: string): Promise<OracleConnection> {
  // The driver brings no types.
  const name: string = 'oracledb'
  const driver = ((await import(name)) as { default: Driver }).default
  const { connectMilliseconds, statementMilliseconds, mayReach } = login
  const options = connectOptions(login, user)
  const mayConnect = mayReach && onlyOnTo(mayReach, await addressesOf(login.host))
  const bounds = { mayConnect, encrypted: login.tls !== undefined }
  const { result, sockets } = withOpenedSockets(() => attempt(() => driver.getConnection(options)), bounds)
  const connection = await within(connectMilliseconds, result, sockets).catch((error: unknown) => {
    sockets.close()
    throw sockets.refused ? new DatabaseFault('refused', redirectFaults[sockets.refused]) : error
  })
  connection.callTimeout = statementMilliseconds
  return {
    async run(sql, binds = {}) {
      const call = attempt(() => connection.execute(sql, binds))
      return (await within(statementMilliseconds + breakMilliseconds, call, sockets)).rows ?? []
    },
    async close() {
      await within(breakMilliseconds, connection.close(), sockets)
      // The driver says farewell, and leaves it to the server to close.
      sockets.close()
    },
  }
}

/** A listener may send its driver on to where it must not go, or to where nothing is encrypted. */
const redirectFaults = { address: 'HostNotAllowed', 'in-the-clear': 'NotEncrypted' } as const

/**
 * A listener sends its driver on to any host, by name or address; the driver looks names up itself, so that only addresses are known
 * when it connects. Until a listener has spoken it can only be the one of the secret.
 */
function onlyOnTo(mayReach: (host: string) => boolean, own: readonly string[]): MayConnect {
  return (address, connected) =>
    connected.length === 0 || connected.includes(address) || own.includes(address) || mayReach(address)
}

/** All of the addresses of a host; none where it has none, as the driver will find too. */
async function addressesOf(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true }).catch(() => [])
  return found.map(({ address }) => address)
}

function connectOptions(login: Login, user: string): Readonly<Record<string, unknown>> {
  const { host, port, password, database = 'ORCL', tls } = login
  if (!/^[A-Za-z0-9_.$#-]+$/.test(database)) throw new DatabaseFault('refused', 'dbname')
  return {
    user,
    password: password.reveal(),
    connectString: `${tls ? 'tcps' : 'tcp'}://${host.includes(':') ? `[${host}]` : host}:${port}/${database}`,
    ...(tls && { sslServerDNMatch: true, ...(tls.ca !== undefined && { walletContent: walletOf(tls.ca) }) }),
  }
}

/**
 * The driver takes authorities only as a wallet, out of which it also reads a certificate and a key of the client, and fails without a
 * key. The one that it gets here is for nothing: it is of another kind than the first certificate, so that the two are not taken for a
 * pair and nothing is ever shown to a server.
 */
function walletOf(authorities: string): string {
  let kind: string | undefined
  try {
    kind = new X509Certificate(authorities).publicKey.asymmetricKeyType
  } catch {
    throw new DatabaseFault('refused', 'ca')
  }
  const { privateKey } = kind === 'ed25519' ? generateKeyPairSync('ed448') : generateKeyPairSync('ed25519')
  return `${authorities}\n${privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()}`
}

/** The driver breaks off a statement when its time is over, but waits for ever for the server to say that it heard, and for a login. */
async function within<T>(milliseconds: number, work: Promise<T>, sockets: OpenedSockets): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      sockets.destroy()
      reject(new DatabaseFault('unavailable', 'ETIMEDOUT'))
    }, milliseconds)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Numbers of the server («Error messages»). 28000 is a locked user, as a clone is that is not whole: whether the password is right cannot
 * be known. With an expired one (28001) it is right.
 */
const loginRefused = new Set([1017, 28_000])
/** No password, one that the profile's function refuses, one that was used before, and one that the mandatory profile refuses. */
const passwordRefused = new Set([988, 28_003, 28_007, 28_219])
/** No more sessions, no more processes, and a statement that was broken off. */
const unavailable = new Set([18, 20, 1013])

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw faultOf(error)
  }
}

function faultOf(error: unknown): DatabaseFault {
  const { errorNum = 0, code, isRecoverable } = error as { errorNum?: number; code?: string; isRecoverable?: boolean }
  if (loginRefused.has(errorNum)) return new DatabaseFault('login-refused', code)
  if (passwordRefused.has(errorNum)) return new DatabaseFault('password-refused', code)
  if (errorNum === 1918) return new DatabaseFault('user-missing', code)
  // The driver marks what it lost the server over, and its own errors have no number of the server.
  const lost = errorNum === 0 || isRecoverable === true || code === 'NJS-500' || unavailable.has(errorNum)
  return new DatabaseFault(lost ? 'unavailable' : 'refused', code)
}
