import { Binary } from 'mongodb'
import { beginConversation, type Conversation, finishConversation, type Mechanism, readClientFirst } from './scram.ts'
import { CommandError, type User, type Users } from './users.ts'

/** What a connection is: nobody, or a user once he has proved his password. He stays who he is when the password changes. */
export interface Connection {
  user: { readonly db: string; readonly name: string } | undefined
  conversation:
    | { readonly scram: Conversation; readonly db: string; readonly short: boolean; finished: boolean }
    | undefined
}

type Body = Readonly<Record<string, unknown>>

const failed = () => new CommandError(18, 'AuthenticationFailed', 'Authentication failed.')

/**
 * `saslStart` (MongoDB authentication specification, «SASL mechanisms»): which of name and password is wrong is not told. A mechanism that
 * the server does not have is refused before anybody is looked up: on Amazon DocumentDB with «Unsupported mechanism [ -301 ]», as its
 * users report; with which code they do not say.
 */
export function saslStart(
  users: Users,
  mechanisms: readonly Mechanism[],
  connection: Connection,
  db: string,
  body: Body,
) {
  connection.conversation = undefined
  const mechanism = mechanisms.find((one) => one === body['mechanism'])
  if (!mechanism) throw new CommandError(301, 'UnsupportedMechanism', 'Unsupported mechanism [ -301 ]')
  const message = textOf(body['payload'])
  const first = readClientFirst(message)
  const verifier = first && users.find(db, first.user)?.verifiers.get(mechanism)
  const scram = verifier && beginConversation(mechanism, message, verifier)
  if (!scram) throw failed()
  const short = (body['options'] as { readonly skipEmptyExchange?: boolean } | undefined)?.skipEmptyExchange === true
  connection.conversation = { scram, db, short, finished: false }
  return { conversationId: 1, done: false, payload: bytesOf(scram.serverFirst) }
}

/** `saslContinue`: the proof, and without `skipEmptyExchange` one empty message more. */
export function saslContinue(connection: Connection, body: Body) {
  const { conversation } = connection
  if (!conversation || body['conversationId'] !== 1) {
    throw new CommandError(17, 'ProtocolError', 'No SASL session state found')
  }
  const { scram, db, short, finished } = conversation
  if (finished) {
    connection.conversation = undefined
    connection.user = { db, name: scram.user }
    return { conversationId: 1, done: true, payload: bytesOf('') }
  }
  const last = finishConversation(scram, textOf(body['payload']))
  if (last === undefined) {
    connection.conversation = undefined
    throw failed()
  }
  if (short) {
    connection.conversation = undefined
    connection.user = { db, name: scram.user }
  } else conversation.finished = true
  return { conversationId: 1, done: short, payload: bytesOf(last) }
}

/** Mechanisms of the user that a hello asks about as `database.name`: not even an empty list where there is none. */
export function mechanismsOf(users: Users, asked: unknown): { readonly saslSupportedMechs?: readonly Mechanism[] } {
  const [, db = '', name = ''] = /^([^.]*)\.(.*)$/s.exec(String(asked)) ?? []
  const user: User | undefined = users.find(db, name)
  return user ? { saslSupportedMechs: [...user.verifiers.keys()] } : {}
}

function textOf(payload: unknown): string {
  return payload instanceof Binary ? Buffer.from(payload.value()).toString('utf8') : ''
}

function bytesOf(text: string): Binary {
  return new Binary(Buffer.from(text))
}
