import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { Long, ObjectId } from 'mongodb'
import { type Connection, mechanismsOf, saslStart } from './mongodb/authentication.ts'
import { type Body, type Database, run } from './mongodb/commands.ts'
import type { Mechanism } from './mongodb/scram.ts'
import { CommandError, Users } from './mongodb/users.ts'
import { type Command, messages, NotTheProtocol, readCommand, writeAnswer } from './mongodb/wire.ts'

/**
 * A stand-in for a MongoDB server on loopback. It is written from MongoDB's published wire protocol, authentication specification and
 * manual; it has never been compared with a server. What it proves is what the driver sends and what it makes of such answers.
 */
export interface FakeMongodb {
  readonly port: number
  readonly user: string
  readonly password: string
  readonly encrypted: boolean
  /** What has been asked, by command name, hellos left out. */
  readonly asked: readonly string[]
  /** How many connections have been opened. */
  readonly connections: () => number
  /** The next such command is carried out (or is not: `lost`), and then the connection breaks, or nothing is answered. */
  disturb(command: string, how: Disturbance): void
  /** So many new passwords are refused from here on. */
  refusePasswords(count: number): void
  stop(): Promise<void>
}

export type Disturbance = 'cut' | 'silence' | 'lost'

export interface FakeMongodbOptions {
  readonly tls?: { readonly cert: string; readonly key: string } | undefined
  /** Amazon DocumentDB has SCRAM-SHA-1 alone, and no authentication restrictions. */
  readonly kind?: 'mongodb' | 'documentdb'
  /** Other addresses that the server says are members of its replica set. */
  readonly replicaSet?: readonly string[]
  /** What every attempt to log in is answered instead. */
  readonly refuseLogins?: { readonly code: number; readonly codeName: string }
}

const admin = { user: 'keyturn', password: 'only-for-tests' }

export async function startFakeMongodb(options: FakeMongodbOptions = {}): Promise<FakeMongodb> {
  const documentdb = options.kind === 'documentdb'
  const mechanisms: readonly Mechanism[] = documentdb ? ['SCRAM-SHA-1'] : ['SCRAM-SHA-256', 'SCRAM-SHA-1']
  const users = new Users(mechanisms)
  users.put({ name: admin.user, db: 'admin', roles: [{ role: 'root', db: 'admin' }], restrictions: [] }, admin.password)
  let refusals = 0
  const acceptsPassword = () => refusals-- <= 0
  const database: Database = { users, mechanisms, acceptsPassword, knowsRestrictions: !documentdb }
  const asked: string[] = []
  const disturbances = new Map<string, Disturbance>()
  const sockets = new Set<Socket>()
  let opened = 0
  const serve = (socket: Socket) => {
    opened++
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    const connection: Connection = { user: undefined, conversation: undefined }
    const feed = messages((message) => {
      const command = readCommand(message)
      const [name = ''] = Object.keys(command.body)
      const isHello = name === 'hello' || name.toLowerCase() === 'ismaster'
      if (!isHello) asked.push(name)
      const how = disturbances.get(name)
      disturbances.delete(name)
      if (how === 'lost') return void socket.destroy()
      const answer = isHello
        ? hello(database, connection, command.body, options)
        : command.legacy
          ? refusal(new CommandError(352, 'UnsupportedOpQueryCommand', `Unsupported OP_QUERY command: ${name}`))
          : answerTo(database, connection, command, options)
      if (how === 'cut') socket.destroy()
      else if (how === undefined && command.wantsAnswer && answer) socket.write(writeAnswer(command, answer))
    })
    socket.on('data', (chunk: Buffer) => {
      try {
        feed(chunk)
      } catch (error) {
        socket.destroy(error instanceof NotTheProtocol ? undefined : (error as Error))
      }
    })
  }
  const server: Server = options.tls ? createTlsServer(options.tls, serve) : createServer(serve)
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    ...admin,
    encrypted: options.tls !== undefined,
    asked,
    connections: () => opened,
    disturb: (command, how) => void disturbances.set(command, how),
    refusePasswords: (count) => {
      refusals = count
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function answerTo(database: Database, connection: Connection, command: Command, options: FakeMongodbOptions): Body {
  const { refuseLogins } = options
  try {
    if (refuseLogins && 'saslStart' in command.body)
      throw new CommandError(refuseLogins.code, refuseLogins.codeName, '')
    return { ...run(database, connection, command.body), ok: 1 }
  } catch (error) {
    if (error instanceof CommandError) return refusal(error)
    throw error
  }
}

function refusal({ code, codeName, message }: CommandError): Body {
  return { ok: 0, errmsg: message, code, codeName }
}

/**
 * `hello`, also as `isMaster` with `helloOk` (MongoDB handshake specification). Where the client already knows this topology version it
 * waits for news, and there are none (server discovery and monitoring specification, «Streaming protocol»).
 */
function hello(database: Database, connection: Connection, body: Body, options: FakeMongodbOptions): Body | undefined {
  if (body['topologyVersion'] !== undefined && body['maxAwaitTimeMS'] !== undefined) return undefined
  const { users, mechanisms } = database
  const speculative = body['speculativeAuthenticate'] as Body | undefined
  const { replicaSet } = options
  return {
    helloOk: true,
    [Object.hasOwn(body, 'hello') ? 'isWritablePrimary' : 'ismaster']: true,
    ...(replicaSet && { setName: 'rs0', hosts: replicaSet, primary: replicaSet[0], me: replicaSet[0] }),
    ...(options.kind !== 'documentdb' && { topologyVersion: { processId, counter: Long.ZERO } }),
    maxBsonObjectSize: 16_777_216,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
    localTime: new Date(0),
    logicalSessionTimeoutMinutes: 30,
    minWireVersion: 0,
    maxWireVersion: 21,
    readOnly: false,
    ...(body['saslSupportedMechs'] !== undefined && mechanismsOf(users, body['saslSupportedMechs'])),
    ...(speculative &&
      !options.refuseLogins &&
      speculate(() => saslStart(users, mechanisms, connection, String(speculative['db']), speculative))),
    ok: 1,
  }
}

const processId = new ObjectId('000000000000000000000001')

/** A first message that comes with the hello, and that leads nowhere, is as if it had not come. */
function speculate(start: () => Body): { readonly speculativeAuthenticate?: Body } {
  try {
    return { speculativeAuthenticate: start() }
  } catch {
    return {}
  }
}
