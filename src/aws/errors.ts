/**
 * A refusal that a client sees: a code of the service's model (or one common to all services), AWS's text, and the other
 * members that the error carries. Without a message the member is left out, as AWS leaves it out.
 */
export class AwsError extends Error {
  override readonly name = 'AwsError'
  readonly code: string
  readonly text: string | undefined
  readonly members: Readonly<Record<string, unknown>> | undefined
  /** Where the code is not in the service's model; else the model says it. */
  readonly status: number | undefined

  constructor(
    code: string,
    text?: string,
    more: { members?: Readonly<Record<string, unknown>>; status?: number } = {},
  ) {
    // Where in the code a refusal was made is nobody's question, and finding it out takes longer than most answers.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(text ?? code)
    Error.stackTraceLimit = stackTraceLimit
    this.code = code
    this.text = text
    this.members = more.members
    this.status = more.status
  }
}
