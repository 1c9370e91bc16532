import { refuse } from './fault.ts'

interface Span {
  /** Where the value begins in the text, and one past its end. */
  readonly start: number
  readonly end: number
}

export interface JsonMember {
  readonly name: string
  readonly value: JsonNode
}

export type JsonObject = Span & { readonly type: 'object'; readonly members: readonly JsonMember[] }

/** A JSON value that remembers where in the text it stands. Numbers keep their text. */
export type JsonNode =
  | JsonObject
  | (Span & { readonly type: 'array'; readonly items: readonly JsonNode[] })
  | (Span & { readonly type: 'string'; readonly value: string })
  | (Span & { readonly type: 'number'; readonly value: string })
  | (Span & { readonly type: 'boolean'; readonly value: string })
  | (Span & { readonly type: 'null' })

/** The deepest policy has seven levels: document, statements, statement, condition, operator, key's values. */
const deepest = 12

const numberText = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

/**
 * Reads JSON as RFC 8259 has it, with two rules more: an object may not have a name twice, because readers disagree about which
 * one counts, and nesting is bounded. Refuses with a fault (`orFault`).
 */
export function parseJsonSource(text: string): JsonNode {
  return new JsonReader(text).document()
}

class JsonReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): JsonNode {
    const node = this.#value(0)
    this.#space()
    if (this.#at !== this.#text.length) this.#refuse()
    return node
  }

  #refuse(): never {
    refuse({ kind: 'not-json', offset: this.#at })
  }

  #space(): void {
    while (this.#at < this.#text.length) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.#at++
    }
  }

  #value(depth: number): JsonNode {
    if (depth > deepest) refuse({ kind: 'too-deep', offset: this.#at })
    this.#space()
    const start = this.#at
    switch (this.#text[start]) {
      case '{':
        return this.#object(start, depth)
      case '[':
        return this.#array(start, depth)
      case '"': {
        const value = this.#string()
        return { type: 'string', value, start, end: this.#at }
      }
      case 't':
        return this.#word('true', { type: 'boolean', value: 'true', start, end: start + 4 })
      case 'f':
        return this.#word('false', { type: 'boolean', value: 'false', start, end: start + 5 })
      case 'n':
        return this.#word('null', { type: 'null', start, end: start + 4 })
      default:
        return this.#number(start)
    }
  }

  #word(word: string, node: JsonNode): JsonNode {
    if (!this.#text.startsWith(word, this.#at)) this.#refuse()
    this.#at += word.length
    return node
  }

  #number(start: number): JsonNode {
    numberText.lastIndex = start
    const value = numberText.exec(this.#text)?.[0] ?? this.#refuse()
    this.#at += value.length
    return { type: 'number', value, start, end: this.#at }
  }

  #object(start: number, depth: number): JsonObject {
    const members: JsonMember[] = []
    const names = new Set<string>()
    this.#at++
    this.#space()
    if (this.#text[this.#at] !== '}') {
      do {
        this.#space()
        const offset = this.#at
        if (this.#text[offset] !== '"') this.#refuse()
        const name = this.#string()
        if (names.has(name)) refuse({ kind: 'duplicate-key', key: name, offset })
        names.add(name)
        this.#space()
        if (this.#text[this.#at] !== ':') this.#refuse()
        this.#at++
        members.push({ name, value: this.#value(depth + 1) })
      } while (this.#more('}'))
    }
    this.#at++
    return { type: 'object', members, start, end: this.#at }
  }

  #array(start: number, depth: number): JsonNode {
    const items: JsonNode[] = []
    this.#at++
    this.#space()
    if (this.#text[this.#at] !== ']') {
      do items.push(this.#value(depth + 1))
      while (this.#more(']'))
    }
    this.#at++
    return { type: 'array', items, start, end: this.#at }
  }

  /** Steps over a comma; stays on the closing bracket. */
  #more(closing: string): boolean {
    this.#space()
    if (this.#text[this.#at] === closing) return false
    if (this.#text[this.#at] !== ',') this.#refuse()
    this.#at++
    return true
  }

  #string(): string {
    const start = this.#at
    for (let at = start + 1; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at)
      if (code === 0x5c) at++
      else if (code === 0x22) {
        this.#at = at + 1
        return this.#unquote(start)
      }
    }
    return this.#refuse()
  }

  #unquote(start: number): string {
    try {
      return JSON.parse(this.#text.slice(start, this.#at)) as string
    } catch {
      this.#at = start
      return this.#refuse()
    }
  }
}
