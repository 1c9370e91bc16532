/** What releases of the server do differently on the wire and in names, as far as the driver shows it. */
export interface Release {
  readonly name: string
  /** Of the transport: 315 brings long packets, 318 flags, 319 marks where an answer ends. */
  readonly transport: 315 | 318 | 319
  /** Which fields calls and answers have: 7 is 12.1, 8 is 12.2, 12 is 19.1, 24 is 23.4. */
  readonly fields: 7 | 12 | 24
  /** Negotiation and the first step of the login in one message. */
  readonly fastLogin: boolean
  /** Whether it tells its time zone when data types are negotiated, so that nobody needs to ask. */
  readonly tellsTimeZone: boolean
  /** Lengths that come before a text are those that it might have in another character set: three times as long. */
  readonly widensLengths: boolean
  /** Whether an answer that is an error is announced by markers, which the client has to answer. */
  readonly marksErrors: boolean
  /** In bytes. */
  readonly longestName: number
  readonly longestPassword: number
}

export const releases = {
  '12.1': {
    name: '12.1',
    transport: 315,
    fields: 7,
    fastLogin: false,
    tellsTimeZone: false,
    widensLengths: true,
    marksErrors: true,
    longestName: 30,
    longestPassword: 30,
  },
  '19c': {
    name: '19c',
    transport: 318,
    fields: 12,
    fastLogin: false,
    tellsTimeZone: true,
    widensLengths: false,
    marksErrors: true,
    longestName: 128,
    longestPassword: 30,
  },
  '23ai': {
    name: '23ai',
    transport: 319,
    fields: 24,
    fastLogin: true,
    tellsTimeZone: true,
    widensLengths: false,
    marksErrors: false,
    longestName: 128,
    longestPassword: 1024,
  },
} as const satisfies Record<string, Release>
