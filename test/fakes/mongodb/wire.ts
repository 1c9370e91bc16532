import { BSON } from 'mongodb'

/** One message of a client: a command, and whether it waits for an answer. */
export interface Command {
  readonly requestId: number
  readonly body: Readonly<Record<string, unknown>>
  readonly wantsAnswer: boolean
  /** The form that drivers say hello in before they know whether the server takes OP_MSG. */
  readonly legacy: boolean
}

const headerBytes = 16
/** `maxMessageSizeBytes` of the server. */
const longestMessage = 48_000_000
const opReply = 1
const opQuery = 2004
const opMsg = 2013
const checksumPresent = 1 << 0
const moreToCome = 1 << 1
const knownRequiredFlags = checksumPresent | moreToCome

/** Thrown where a server closes the connection without a word. */
export class NotTheProtocol extends Error {}

/**
 * Cuts a stream into messages (MongoDB manual, «Wire Protocol»: every message begins with its length). A TLS hello that reaches a plain
 * server is taken for an impossible length.
 */
export function messages(take: (message: Buffer) => void): (chunk: Buffer) => void {
  let pending = Buffer.alloc(0)
  return (chunk) => {
    pending = Buffer.concat([pending, chunk])
    while (pending.length >= 4) {
      const length = pending.readInt32LE(0)
      if (length < headerBytes || length > longestMessage) throw new NotTheProtocol()
      if (pending.length < length) return
      const message = pending.subarray(0, length)
      pending = pending.subarray(length)
      take(message)
    }
  }
}

/** Reads OP_MSG, and OP_QUERY on `$cmd` as far as a hello needs it. Throws `NotTheProtocol`. */
export function readCommand(message: Buffer): Command {
  const requestId = message.readInt32LE(4)
  const opCode = message.readInt32LE(12)
  if (opCode === opQuery) {
    const end = message.indexOf(0, headerBytes + 4)
    if (!message.toString('utf8', headerBytes + 4, end).endsWith('.$cmd')) throw new NotTheProtocol()
    return { requestId, body: BSON.deserialize(message.subarray(end + 9)), wantsAnswer: true, legacy: true }
  }
  if (opCode !== opMsg) throw new NotTheProtocol()
  const flags = message.readUInt32LE(headerBytes)
  if ((flags & 0xffff & ~knownRequiredFlags) !== 0) throw new NotTheProtocol()
  const end = message.length - (flags & checksumPresent ? 4 : 0)
  return { requestId, body: readSections(message, end), wantsAnswer: (flags & moreToCome) === 0, legacy: false }
}

/** Exactly one body (kind 0); document sequences (kind 1) become members of it. */
function readSections(message: Buffer, end: number): Record<string, unknown> {
  let body: Record<string, unknown> | undefined
  const sequences: Record<string, unknown> = {}
  let at = headerBytes + 4
  while (at < end) {
    const kind = message[at]
    const length = message.readInt32LE(at + 1)
    const section = message.subarray(at + 1, at + 1 + length)
    if (kind === 0 && body === undefined) body = BSON.deserialize(section)
    else if (kind === 1) {
      const nameEnd = section.indexOf(0, 4)
      sequences[section.toString('utf8', 4, nameEnd)] = documents(section.subarray(nameEnd + 1))
    } else throw new NotTheProtocol()
    at += 1 + length
  }
  if (body === undefined) throw new NotTheProtocol()
  return { ...body, ...sequences }
}

function documents(bytes: Buffer): readonly Record<string, unknown>[] {
  const found: Record<string, unknown>[] = []
  for (let at = 0; at < bytes.length; at += bytes.readInt32LE(at)) {
    found.push(BSON.deserialize(bytes.subarray(at, at + bytes.readInt32LE(at))))
  }
  return found
}

/** The answer in the form of its question: OP_MSG, or OP_REPLY with one document. */
export function writeAnswer(command: Command, body: Readonly<Record<string, unknown>>): Buffer {
  const document = BSON.serialize(body)
  const before = Buffer.alloc(command.legacy ? 20 : 5)
  if (command.legacy) before.writeInt32LE(1, 16)
  const header = Buffer.alloc(headerBytes)
  header.writeInt32LE(headerBytes + before.length + document.length, 0)
  header.writeInt32LE(command.requestId, 8)
  header.writeInt32LE(command.legacy ? opReply : opMsg, 12)
  return Buffer.concat([header, before, document])
}
