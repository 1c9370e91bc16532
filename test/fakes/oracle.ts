import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, TLSSocket } from 'node:tls'
import { Connection, type Mischief } from './oracle/connection.ts'
import { addRole, addUser, type Database, openDatabase } from './oracle/database.ts'
import { type Release, releases } from './oracle/release.ts'

/**
 * What speaks to Oracle's own driver, in its thin mode, as an Oracle server would: TNS and TTC, the login with a 12c verifier, and the few
 * statements that change users and read what they may do. It was written from the driver's side, from what the driver sends and accepts,
 * from Oracle's published SQL, dictionary and error references, and from a few traces in public reports of the drivers: no answer in it
 * was recorded from a server.
 */
export interface FakeOracle {
  readonly port: number
  readonly service: string
  readonly database: Database
  readonly mischief: Mischief
  /** Every statement that came, also those it refused. */
  readonly statements: readonly string[]
  /** What a client said that no server would know. */
  readonly complaints: readonly Error[]
  /** An administrator, who may change users and grant. */
  readonly admin: { readonly user: string; readonly password: string }
  /** A user who may log in and read APP.THINGS through a role with a name in small letters. */
  makeUser(name: string, password: string): void
  /** How many clients are connected. */
  connections(): number
  /** How many have ever been. */
  accepted(): number
  /** How many bytes came, after decryption. */
  bytes(): number
  /** How many clients showed a certificate of their own, which it asks for but does not need. */
  clientCertificates(): number
  stop(): Promise<void>
}

export interface FakeOracleOptions {
  readonly release?: Release
  readonly tls?: { readonly cert: string; readonly key: string }
  /** The address of loopback that it listens on. */
  readonly address?: string
}

const admin = { user: 'admin', password: 'Only-for-tests1' }
const service = 'orcl'

export async function startOracle({
  release = releases['19c'],
  tls,
  address = '127.0.0.1',
}: FakeOracleOptions = {}): Promise<FakeOracle> {
  const database = filledDatabase(release)
  const host = { database, service, mischief: {} as Mischief, statements: [] as string[] }
  const complaints: Error[] = []
  const sockets = new Set<Socket>()
  let bytes = 0
  let accepted = 0
  let clientCertificates = 0
  const accept = (socket: Socket) => {
    if (socket instanceof TLSSocket && Object.keys(socket.getPeerCertificate()).length > 0) clientCertificates++
    socket.on('error', () => socket.destroy())
    const connection = new Connection(host, socket)
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      try {
        connection.receive(chunk)
      } catch (error) {
        complaints.push(error as Error)
        socket.destroy()
      }
    })
  }
  const server: Server = tls
    ? createTlsServer({ ...tls, requestCert: true, rejectUnauthorized: false }, accept)
    : createServer(accept)
  server.on('connection', (socket: Socket) => {
    accepted++
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  const place = server.address()
  return {
    port: typeof place === 'object' && place ? place.port : 0,
    service,
    database,
    mischief: host.mischief,
    statements: host.statements,
    complaints,
    admin,
    makeUser: (name, password) => void addUser(database, name, password).roles.set('app_reader', false),
    connections: () => sockets.size,
    accepted: () => accepted,
    bytes: () => bytes,
    clientCertificates: () => clientCertificates,
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** An administrator, a table, and a role that may log in and read it. */
function filledDatabase(release: Release): Database {
  const database = openDatabase(release)
  database.objects.add('TABLE APP.THINGS').add('DIRECTORY SYS.EXPORTS')
  const role = addRole(database, 'app_reader')
  role.privileges.set('CREATE SESSION', false)
  const things = { type: 'TABLE', owner: 'APP', name: 'THINGS', column: undefined }
  role.objects.push({ ...things, privilege: 'SELECT', grantable: false, hierarchy: false })
  const administrator = addUser(database, 'ADMIN', admin.password)
  for (const privilege of [
    'ALTER USER',
    'CREATE SESSION',
    'CREATE USER',
    'GRANT ANY OBJECT PRIVILEGE',
    'GRANT ANY PRIVILEGE',
    'GRANT ANY ROLE',
    'SELECT ANY DICTIONARY',
  ]) {
    administrator.privileges.set(privilege, true)
  }
  return database
}
