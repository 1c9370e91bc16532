/** `unsupported` is what no machine without memory can match: references back, possessive and atomic groups. */
export type PatternFault = 'syntax' | 'unsupported'

export class Refusal extends Error {
  readonly fault: PatternFault

  constructor(fault: PatternFault) {
    super(fault)
    this.fault = fault
  }
}

/** A place in a pattern. */
export class Cursor {
  readonly #characters: readonly string[]
  #at = 0

  constructor(source: string) {
    this.#characters = Array.from(source)
  }

  get at(): number {
    return this.#at
  }

  /** The next character, or the one so many behind it; nothing at the end. */
  peek(beyond = 0): string | undefined {
    return this.#characters[this.#at + beyond]
  }

  take(): string {
    const character = this.#characters[this.#at]
    if (character === undefined) throw new Refusal('syntax')
    this.#at++
    return character
  }

  /** Takes a text if it comes next. */
  skip(text: string): boolean {
    for (let index = 0; index < text.length; index++) {
      if (this.peek(index) !== text[index]) return false
    }
    this.#at += text.length
    return true
  }

  /** Takes what comes before a text, and the text. */
  until(end: string): string {
    let text = ''
    while (!this.skip(end)) text += this.take()
    return text
  }

  /** Goes back to where it was. */
  return(at: number): void {
    this.#at = at
  }
}
