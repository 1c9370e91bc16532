const headEnd = Buffer.from('\r\n\r\n')
const contentLength = /\r\ncontent-length: *(\d+)/i
const shownBytes = 400

/** An answer that has arrived whole. `text` is its beginning, for answers other than 200. */
export interface Answer {
  readonly status: number
  readonly bodyBytes: number
  readonly text: string
}

/**
 * Finds the ends of answers on one connection that has one request under way at a time. It knows only what servers under
 * test send: a status line, headers with a Content-Length, a body.
 */
export class Answers {
  #kept: Buffer | undefined
  #missing = 0
  #status = 0
  #bodyBytes = 0
  #text = ''

  /** Takes what arrived (which is not kept); an answer when it is whole. */
  take(chunk: Buffer): Answer | undefined {
    if (this.#missing > 0) return this.#body(chunk.length)
    const bytes = this.#kept === undefined ? chunk : Buffer.concat([this.#kept, chunk])
    const end = bytes.indexOf(headEnd)
    if (end === -1) {
      this.#kept = Buffer.from(bytes)
      return undefined
    }
    this.#kept = undefined
    const head = bytes.toString('latin1', 0, end)
    this.#status = Number(head.slice(9, 12))
    this.#bodyBytes = Number(contentLength.exec(head)?.[1])
    if (Number.isNaN(this.#bodyBytes)) throw new Error(`An answer without a length: ${head}`)
    this.#text = this.#status === 200 ? '' : bytes.toString('utf8', 0, Math.min(bytes.length, end + shownBytes))
    this.#missing = this.#bodyBytes
    return this.#body(bytes.length - end - headEnd.length)
  }

  #body(arrived: number): Answer | undefined {
    this.#missing -= arrived
    if (this.#missing > 0) return undefined
    if (this.#missing < 0) throw new Error('More arrived than the length of the answer says.')
    return { status: this.#status, bodyBytes: this.#bodyBytes, text: this.#text }
  }
}
