import type { Duplex } from 'node:stream'
import {
  dataTypesAnswer,
  describeAnswer,
  emptyParameters,
  endOfAnswer,
  endOfCall,
  pairsAnswer,
  protocolAnswer,
  rowsAnswer,
  statusAnswer,
  warningAnswer,
} from './answers.ts'
import { type Call, type ExecuteCall, type LoginCall, readCall } from './calls.ts'
import { alterUser, createUser, type Database, grant, type User } from './database.ts'
import { beginLogin, endLogin, type HalfLogin } from './login.ts'
import {
  acceptPacket,
  dataOf,
  dataPacket,
  descriptorOf,
  isEnd,
  isLast,
  kinds,
  markerOf,
  markerPacket,
  markers,
  type Packet,
  PacketStream,
  redirectPacket,
  refusePacket,
} from './packets.ts'
import { type Grant, parseStatement, type Select, type UserStatement } from './statements.ts'
import { OracleError } from './tokens.ts'
import { select, type Selected } from './views.ts'

/** What the server does wrong, and may be told while it runs. */
export interface Mischief {
  /** Cuts the connection when it has done what a statement says, or before, and answers in neither case. */
  cutAt?: { readonly at: RegExp; readonly done: boolean } | undefined
  /** Does not answer a login or a statement, nor, if it is deaf, that the client wants to break off. */
  hangAt?: { readonly at: RegExp | 'accept' | 'protocol' | 'login' | 'logoff'; readonly deaf: boolean } | undefined
  /** The listener refuses every connection with this error. */
  refuse?: number | undefined
  /** The listener sends everybody on. */
  redirect?: { readonly protocol: 'tcp' | 'tcps'; readonly host: string; readonly port: number } | undefined
  /** Statements that fail, and with what. */
  failAt?: { readonly at: RegExp; readonly error: OracleError } | undefined
  /** A word with every login, as that the password ends soon. */
  warning?: readonly [number: number, text: string] | undefined
}

export interface Host {
  readonly database: Database
  readonly service: string
  readonly mischief: Mischief
  readonly statements: string[]
}

interface Cursor {
  readonly statement: Select
  rows: Selected['rows']
}

/** What one client and the server have said to each other so far. */
export class Connection {
  readonly #host: Host
  readonly #socket: Duplex
  readonly #stream = new PacketStream()
  readonly #cursors = new Map<number, Cursor>()
  #body = Buffer.alloc(0)
  #accepted = false
  #ended = false
  #half: HalfLogin | undefined
  #user: User | undefined
  /** What is said when the client has answered a marker. */
  #afterReset: Buffer | undefined
  #deaf = false

  constructor(host: Host, socket: Duplex) {
    this.#host = host
    this.#socket = socket
  }

  /** Throws where the client does what no server knows. */
  receive(chunk: Buffer): void {
    this.#stream.push(chunk)
    for (let packet = this.#stream.next(); packet && !this.#ended; packet = this.#stream.next()) this.#take(packet)
  }

  #take(packet: Packet): void {
    if (!this.#accepted) return this.#connect(packet)
    if (packet.kind === kinds.marker) return this.#marker(markerOf(packet))
    if (packet.kind !== kinds.data) throw new Error(`A packet of kind ${packet.kind} came.`)
    if (isEnd(packet)) return this.#end()
    this.#body = Buffer.concat([this.#body, dataOf(packet)])
    if (!isLast(packet)) return
    const body = this.#body
    this.#body = Buffer.alloc(0)
    const binds = (cursor: number) => this.#cursor(cursor).statement.binds.length
    this.#answer(readCall(body, this.#release, binds, (cursor) => this.#cursors.delete(cursor)))
  }

  get #release() {
    return this.#host.database.release
  }

  #end(): void {
    this.#ended = true
    this.#socket.end()
  }

  #connect(packet: Packet): void {
    const { mischief, service } = this.#host
    if (mischief.hangAt?.at === 'accept') return
    const descriptor = packet.kind === kinds.data ? dataOf(packet).toString('ascii') : descriptorOf(packet)
    if (descriptor === undefined) return
    const asked = /\(SERVICE_NAME=([^)]*)\)/i.exec(descriptor)?.[1]
    const refusal = mischief.refuse ?? (asked?.toLowerCase() === service ? undefined : 12_514)
    if (refusal !== undefined) {
      this.#socket.write(refusePacket(refusal))
      return this.#end()
    }
    if (mischief.redirect) {
      const { protocol, host, port } = mischief.redirect
      this.#socket.write(redirectPacket(protocol, host, port))
      return this.#end()
    }
    this.#socket.write(acceptPacket(this.#release))
    this.#accepted = true
    this.#stream.long = true
  }

  /** A break of the client ends what it waits for with ORA-01013; a reset is answered, and then what was to be said. */
  #marker(value: number): void {
    if (this.#deaf) return
    if (value === markers.interrupt)
      return this.#fail(new OracleError(1013, 'user requested cancel of current operation'), true)
    if (value !== markers.reset || !this.#afterReset) throw new Error(`The marker ${value} was not expected.`)
    this.#socket.write(markerPacket(markers.reset))
    this.#say(this.#afterReset)
    this.#afterReset = undefined
  }

  #fail({ number, message }: OracleError, marked: boolean): void {
    const end = endOfCall(this.#release, number, message)
    if (!marked) return this.#say(end)
    this.#afterReset = end
    this.#socket.write(markerPacket(markers.break))
  }

  #say(...parts: readonly Buffer[]): void {
    const marksEnd = this.#release.transport >= 319
    const body = Buffer.concat(marksEnd ? [...parts, endOfAnswer()] : parts)
    const room = 8192 - 10
    for (let at = 0; at < body.length; at += room) {
      this.#socket.write(dataPacket(body.subarray(at, at + room), marksEnd && at + room >= body.length))
    }
  }

  #answer(call: Call): void {
    const { mischief } = this.#host
    const at = call.kind === 'fast-login' ? 'login' : call.kind
    if (mischief.hangAt?.at === at) {
      this.#deaf = mischief.hangAt.deaf
      return
    }
    try {
      this.#do(call)
    } catch (error) {
      if (!(error instanceof OracleError)) throw error
      this.#fail(error, this.#release.marksErrors)
    }
  }

  #do(call: Call): void {
    if (call.kind === 'protocol') return this.#say(protocolAnswer(this.#release))
    if (call.kind === 'data-types') return this.#say(dataTypesAnswer(this.#release, call.types))
    if (call.kind === 'fast-login') {
      return this.#login(call.login, protocolAnswer(this.#release), dataTypesAnswer(this.#release, call.types))
    }
    if (call.kind === 'login') return this.#login(call.login)
    if (!this.#user) throw new Error(`${call.kind} came before a login.`)
    if (call.kind === 'execute') return this.#execute(this.#user, call.execute)
    if (call.kind === 'fetch') return this.#say(...this.#more(call.cursor, call.rows))
    this.#say(statusAnswer())
  }

  #login(login: LoginCall, ...before: readonly Buffer[]): void {
    const { database, mischief } = this.#host
    if (login.step === 1) {
      const { half, pairs } = beginLogin(database, login)
      this.#half = half
      return this.#say(...before, pairsAnswer(this.#release, pairs), endOfCall(this.#release, 0, ''))
    }
    if (!this.#half) throw new Error('The second step of a login came before the first.')
    const { user, pairs } = endLogin(database, this.#half, login)
    this.#user = user
    const warning = mischief.warning ? [warningAnswer(...mischief.warning)] : []
    this.#say(...warning, pairsAnswer(this.#release, pairs), endOfCall(this.#release, 0, ''))
  }

  #execute(user: User, call: ExecuteCall): void {
    const { database, mischief, statements } = this.#host
    if (call.sql === undefined) return this.#open(user, call.cursor, this.#cursor(call.cursor).statement, call, false)
    statements.push(call.sql)
    if (mischief.hangAt?.at instanceof RegExp && mischief.hangAt.at.test(call.sql)) {
      this.#deaf = mischief.hangAt.deaf
      return
    }
    if (mischief.failAt?.at.test(call.sql)) throw mischief.failAt.error
    const cut = mischief.cutAt?.at.test(call.sql)
    if (cut && !mischief.cutAt?.done) return this.#cut()
    const statement = parseStatement(call.sql, database.release)
    if (statement.kind === 'select') return this.#open(user, this.#cursors.size + 1, statement, call, true)
    change(database, user, statement)
    if (cut) return this.#cut()
    this.#say(emptyParameters(), endOfCall(this.#release, 0, ''))
  }

  #cut(): void {
    this.#ended = true
    this.#socket.destroy()
  }

  #cursor(number: number): Cursor {
    const cursor = this.#cursors.get(number)
    if (!cursor) throw new OracleError(1001, 'invalid cursor')
    return cursor
  }

  #open(user: User, number: number, statement: Select, call: ExecuteCall, describes: boolean): void {
    const { columns, rows } = select(this.#host.database, user, statement, call.binds)
    this.#cursors.set(number, { statement, rows })
    const described = describes ? [describeAnswer(this.#release, columns)] : []
    this.#say(...described, ...this.#more(number, call.rows))
  }

  /** The next rows of a cursor; ORA-01403 says that they are the last. */
  #more(number: number, count: number): readonly Buffer[] {
    const cursor = this.#cursor(number)
    const rows = cursor.rows.slice(0, count)
    cursor.rows = cursor.rows.slice(count)
    const last = cursor.rows.length === 0 && rows.length < count
    const [error, text] = last ? [1403, 'ORA-01403: no data found\n'] : [0, '']
    return [rowsAnswer(rows), endOfCall(this.#release, error, text, number, rows.length)]
  }
}

function change(database: Database, user: User, statement: UserStatement | Grant): void {
  switch (statement.kind) {
    case 'create-user':
      return createUser(database, user, statement)
    case 'alter-user':
      return alterUser(database, user, statement)
    case 'grant':
      return grant(database, user, statement)
  }
}
