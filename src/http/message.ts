import { IncomingMessage } from 'node:http'
import { type HeaderIndex, indexHeaders } from '../sigv4/headers.ts'

/** Hears of a body as it arrives. */
export interface BodyReader {
  chunk(bytes: Buffer): void
  /** Nothing more comes. Where the connection ends before that, nothing is told. */
  end(): void
}

/**
 * A request as Node's parser hands it on, without the stream that Node would make of its body, and without the object that it
 * would make of all headers to look at two of them: a fifth of what node:http costs. What reads the body bounds it.
 */
export class Message extends IncomingMessage {
  #index: HeaderIndex | undefined
  #reader: BodyReader | undefined

  /** Its headers by name; made once. */
  get index(): HeaderIndex {
    this.#index ??= indexHeaders(this.rawHeaders)
    return this.#index
  }

  /** From now on the body is told to this reader. The parser tells of nothing before the request itself is told of. */
  readBody(reader: BodyReader): void {
    this.#reader = reader
  }

  /** The parser pushes each piece of the body as it would into a stream, and nothing at the end. */
  override push(chunk: Buffer | null): boolean {
    if (chunk === null) this.#reader?.end()
    else this.#reader?.chunk(chunk)
    return true
  }

  /** There is no stream to go on with: the body never waits. */
  override resume(): this {
    return this
  }
}

// Node itself asks for these three alone. A class cannot redefine by its syntax what its base declares as a field.
Object.defineProperty(Message.prototype, 'headers', {
  get(this: Message) {
    const { header } = this.index
    return { host: header('host'), expect: header('expect'), te: header('te') }
  },
})
