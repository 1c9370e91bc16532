/** A buffered write; a deletion has no record. */
export interface Buffered {
  readonly record: unknown
  /** The record as JSON where it came as such. */
  readonly json?: string
}

export class BufferedJson implements Buffered {
  readonly json: string

  constructor(json: string) {
    this.json = json
  }

  get record(): unknown {
    return JSON.parse(this.json)
  }
}
