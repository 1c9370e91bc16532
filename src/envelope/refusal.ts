/** Why a message is not opened. */
export type MessageFault =
  | 'not a message'
  | 'other format'
  | 'other algorithm'
  | 'too large'
  | 'truncated'
  | 'altered'
  | 'no key'
  | 'more follows'

/** A message is not opened; nothing that came out of it before may be used. */
export class MessageRefused extends Error {
  override readonly name = 'MessageRefused'
  readonly fault: MessageFault

  constructor(fault: MessageFault) {
    super(fault)
    this.fault = fault
  }
}
