import { createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { runBatch } from './sqlserver/batch.ts'
import { findLogin, newServer, passwordFits, type ServerState, type Session, userOf } from './sqlserver/catalogue.ts'
import { encryption, type Login7, negotiated, preloginAnswer, readLogin7, readPrelogin } from './sqlserver/login.ts'
import { type Message, messageReader, NotTheProtocol, packetTypes, packetsOf } from './sqlserver/packets.ts'
import { readRequest, type SqlRequest } from './sqlserver/requests.ts'
import type { PasswordPolicy } from './sqlserver/statements.ts'
import { upgrade } from './sqlserver/tls.ts'
import {
  changed,
  collationChanged,
  done,
  featureAck,
  loginAck,
  report,
  resultSet,
  returned,
  SqlError,
} from './sqlserver/tokens.ts'

/**
 * A stand-in for Microsoft SQL Server on loopback. It is written from [MS-TDS] (TDS 7.4) and the Transact-SQL reference; it has never been
 * compared with a server. It parses the statements it is sent, all of them and to their ends, and carries them out on a small catalogue.
 */
export interface FakeSqlserver {
  readonly port: number
  readonly user: string
  readonly password: string
  readonly encrypted: boolean
  /** How many LOGIN7 have come. */
  readonly logins: () => number
  /** The lender no longer sees tables or types; permissions on them stay. */
  forgetThings(): void
  /**
   * The next batch that begins so, or LOGIN7, is carried out (or is not: `lost`), and then the connection breaks, or nothing is answered.
   */
  disturb(beginning: string, how: Disturbance): void
  /** So many new passwords are refused from here on, with error 15118. */
  refusePasswords(count: number): void
  stop(): Promise<void>
}

export type Disturbance = 'cut' | 'silence' | 'lost'

export interface FakeSqlserverOptions {
  readonly tls?: { readonly cert: string; readonly key: string; readonly forced?: boolean } | undefined
  /** What every attempt to log in is answered instead: errors by number. */
  readonly refuseLogins?: readonly number[]
  /** Errors that come after the first one of a batch. */
  readonly moreErrors?: readonly number[]
}

const admin = { user: 'keyturn', password: 'only-for-tests' }

interface Server {
  readonly options: FakeSqlserverOptions
  readonly store: { state: ServerState }
  readonly disturbances: Map<string, Disturbance>
  readonly policy: PasswordPolicy
  logins: number
}

export async function startFakeSqlserver(options: FakeSqlserverOptions = {}): Promise<FakeSqlserver> {
  let refusals = 0
  const policy: PasswordPolicy = (login, password, checked) => {
    if (refusals > 0) {
      refusals--
      return 15_118
    }
    return checked ? complexity(login, password) : undefined
  }
  const server: Server = { options, store: { state: newServer(admin) }, disturbances: new Map(), policy, logins: 0 }
  const sockets = new Set<Socket>()
  const listener = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    serve(server, socket)
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const address = listener.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    ...admin,
    encrypted: options.tls !== undefined,
    logins: () => server.logins,
    forgetThings() {
      for (const { things } of server.store.state.databases.values()) things.length = 0
    },
    disturb: (beginning, how) => void server.disturbances.set(beginning, how),
    refusePasswords: (count) => {
      refusals = count
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}

/** «Password policy»: eight characters, three of four kinds, not the name of the login within. */
function complexity(login: string, password: string): number | undefined {
  if (password.length < 8) return 15_116
  const kinds = [/[A-Z]/, /[a-z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((kind) => kind.test(password)).length
  return kinds < 3 || password.toLowerCase().includes(login.toLowerCase()) ? 15_118 : undefined
}

/** PRELOGIN, perhaps TLS, LOGIN7, requests: in this order and no other (MS-TDS 3.3.5). */
function serve(server: Server, socket: Socket): void {
  const { options } = server
  let stage: 'prelogin' | 'login' | 'ready' = 'prelogin'
  let session: Session | undefined
  let deaf = false
  const listen = (stream: Duplex) => {
    const read = messageReader()
    const take = (message: Message) => {
      if (deaf) return
      if (stage === 'prelogin' && message.type === packetTypes.prelogin) {
        const answer = negotiated(
          readPrelogin(message.data),
          !options.tls ? 'none' : options.tls.forced ? 'forced' : 'offered',
        )
        stage = 'login'
        stream.write(packetsOf({ type: packetTypes.result, data: preloginAnswer(answer) }))
        if (options.tls && answer !== encryption.notSupported) {
          stream.off('data', onData)
          const secure = upgrade(socket, options.tls)
          secure.on('error', () => socket.destroy())
          listen(secure)
        }
      } else if (stage === 'login' && message.type === packetTypes.login7) {
        server.logins++
        const login = readLogin7(message.data)
        const how = server.disturbances.get('LOGIN7')
        server.disturbances.delete('LOGIN7')
        if (how === 'silence') deaf = true
        if (how) return void (how === 'silence' || socket.destroy())
        const opened = logIn(server, login)
        const data = 'session' in opened ? welcome(login) : refusal(opened.refused)
        stream.write(packetsOf({ type: packetTypes.result, data }))
        if (!('session' in opened)) return void stream.end()
        session = opened.session
        stage = 'ready'
      } else if (stage === 'ready' && session) {
        const data = answerTo(server, session, message)
        if (data === 'cut') socket.destroy()
        else if (data === 'silence') deaf = true
        else stream.write(packetsOf({ type: packetTypes.result, data }))
      } else throw new NotTheProtocol()
    }
    const onData = (chunk: Buffer) => {
      try {
        for (const message of read(chunk)) take(message)
      } catch (error) {
        socket.destroy(error instanceof NotTheProtocol ? undefined : (error as Error))
      }
    }
    stream.on('data', onData)
  }
  listen(socket)
}

type Opened = { readonly session: Session } | { readonly refused: readonly SqlError[] }

/** Which of name and password is wrong is not told: state 1. A database that cannot be opened is a second error, and the first to come. */
function logIn({ options, store }: Server, { user, password, database }: Login7): Opened {
  const failed = new SqlError(18_456, 14, `Login failed for user '${user}'.`)
  if (options.refuseLogins) return { refused: options.refuseLogins.map((number) => new SqlError(number, 14, 'No.')) }
  const login = findLogin(store.state, user)
  if (!login || !passwordFits(login, password)) return { refused: [failed] }
  const name = (database || login.defaultDatabase).toLowerCase()
  if (!userOf(store.state, login.id, name)) {
    const closed = new SqlError(4060, 11, `Cannot open database "${name}" requested by the login. The login failed.`)
    return { refused: [closed, failed] }
  }
  return { session: { login: login.id, database: name } }
}

function welcome({ tdsVersion, database }: Login7): Buffer {
  return Buffer.concat([
    changed('database', database || 'master', 'master'),
    report(new SqlError(5701, 0, `Changed database context to '${database || 'master'}'.`)),
    collationChanged,
    changed('language', 'us_english', ''),
    loginAck(tdsVersion),
    changed('packetSize', '4096', '4096'),
    featureAck,
    done('batch'),
  ])
}

function refusal(errors: readonly SqlError[]): Buffer {
  return Buffer.concat([...errors.map(report), done('batch', ['error'])])
}

function answerTo(server: Server, session: Session, message: Message): Buffer | 'cut' | 'silence' {
  if (message.type === packetTypes.attention) return done('batch', ['attention'])
  if (message.type !== packetTypes.sqlBatch && message.type !== packetTypes.rpc) throw new NotTheProtocol()
  const request = readRequest(message)
  const disturbance = [...server.disturbances].find(([beginning]) => request.sql.startsWith(beginning))
  if (disturbance) server.disturbances.delete(disturbance[0])
  const how = disturbance?.[1]
  if (how === 'lost') return 'cut'
  const data = executed(server, session, request)
  return how ?? data
}

function executed(
  { options, policy, store }: Server,
  session: Session,
  { sql, parameters, procedure }: SqlRequest,
): Buffer {
  const { results, errors } = runBatch(sql, parameters, session, policy, store)
  const kind = procedure ? 'inProcedure' : 'batch'
  const sets = results.flatMap((set) => [resultSet(set), done(kind, ['more', 'count'], set.rows.length)])
  const failed = errors.length > 0
  const more = failed ? (options.moreErrors ?? []).map((number) => new SqlError(number, 16, 'No.')) : []
  const end = procedure
    ? [returned(errors.at(-1)?.number ?? 0), done('procedure', failed ? ['error'] : [])]
    : [done('batch', failed ? ['error'] : [])]
  return Buffer.concat([...sets, ...[...errors, ...more].map(report), ...end])
}
