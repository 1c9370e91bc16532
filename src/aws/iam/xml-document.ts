/** An attribute with its namespace resolved; declarations of namespaces are not among them. */
export interface XmlAttribute {
  readonly prefix: string
  readonly local: string
  readonly uri: string
  readonly value: string
}

/** An element of a document. Comments are gone, and text between elements is whole. */
export interface XmlElement {
  readonly prefix: string
  readonly local: string
  readonly uri: string
  readonly attributes: readonly XmlAttribute[]
  /** The namespaces in scope by prefix; the default one under the empty prefix, where it is declared. */
  readonly namespaces: ReadonlyMap<string, string>
  readonly children: readonly (XmlElement | string)[]
}

class Malformed extends Error {}

const longest = 10_000_000
const deepest = 64
const mostElements = 200_000
const mostAttributes = 100
/** Prefixes in scope at once: each element that declares one copies them all. */
const mostPrefixes = 64

const nameText = /[A-Za-z_][A-Za-z0-9._-]*(?::[A-Za-z_][A-Za-z0-9._-]*)?/y
const space = /[\t\n ]+/y
/** The characters that XML 1.0 has; halves of surrogate pairs are none. */
const xmlText = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u

/**
 * Reads an XML document with namespaces: a strict part of XML 1.0 without document types, entities of one's own and processing
 * instructions, which documents about identity do not need and attacks on their readers do. Nothing where the text is not one.
 */
export function parseXml(text: string): XmlElement | undefined {
  if (text.length > longest || !xmlText.test(text)) return undefined
  try {
    return new Reader(text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n')).document()
  } catch (error) {
    if (error instanceof Malformed) return undefined
    throw error
  }
}

const xmlNamespace = 'http://www.w3.org/XML/1998/namespace'
const xmlnsNamespace = 'http://www.w3.org/2000/xmlns/'

/** One reading of one text; a class for the place it has come to. */
class Reader {
  readonly #text: string
  #at = 0
  #elements = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): XmlElement {
    if (this.#text.startsWith('<?xml ')) this.#at = this.#find('?>') + 2
    this.#skipBetween()
    const root = this.#element(new Map([['xml', xmlNamespace]]), 0)
    this.#skipBetween()
    if (this.#at !== this.#text.length) throw new Malformed()
    return root
  }

  /** White space and comments, outside the root. */
  #skipBetween(): void {
    for (;;) {
      this.#match(space)
      if (!this.#text.startsWith('<!--', this.#at)) return
      this.#skipComment()
    }
  }

  #skipComment(): void {
    this.#at += 4
    const end = this.#find('--')
    if (this.#text[end + 2] !== '>') throw new Malformed()
    this.#at = end + 3
  }

  #element(scope: ReadonlyMap<string, string>, depth: number): XmlElement {
    if (depth > deepest || ++this.#elements > mostElements) throw new Malformed()
    this.#expect('<')
    const name = this.#match(nameText) ?? fail()
    const raw = this.#attributes()
    const namespaces = declared(raw, scope)
    const [prefix, local] = split(name)
    const uri = prefix === '' ? (namespaces.get('') ?? '') : (namespaces.get(prefix) ?? fail())
    const attributes = resolved(raw, namespaces)
    const empty = this.#text.startsWith('/>', this.#at)
    this.#expect(empty ? '/>' : '>')
    const children = empty ? [] : this.#content(name, namespaces, depth)
    return { prefix, local, uri, attributes, namespaces, children }
  }

  #attributes(): readonly (readonly [name: string, value: string])[] {
    const found: (readonly [string, string])[] = []
    for (;;) {
      const spaced = this.#match(space) !== undefined
      const name = spaced ? this.#match(nameText) : undefined
      if (name === undefined) return found
      if (found.length >= mostAttributes) throw new Malformed()
      this.#match(space)
      this.#expect('=')
      this.#match(space)
      const quote = this.#text[this.#at]
      if (quote !== '"' && quote !== "'") throw new Malformed()
      this.#at++
      const end = this.#find(quote)
      const value = this.#text.slice(this.#at, end)
      if (value.includes('<')) throw new Malformed()
      this.#at = end + 1
      found.push([name, unescape(value.replace(/[\t\n]/g, ' '))])
    }
  }

  #content(name: string, scope: ReadonlyMap<string, string>, depth: number): readonly (XmlElement | string)[] {
    const children: (XmlElement | string)[] = []
    let text = ''
    const flush = () => {
      if (text !== '') children.push(text)
      text = ''
    }
    for (;;) {
      const next = this.#find('<')
      const plain = this.#text.slice(this.#at, next)
      if (plain.includes(']]>')) throw new Malformed()
      text += unescape(plain)
      this.#at = next
      if (this.#text.startsWith('</', next)) break
      if (this.#text.startsWith('<!--', next)) this.#skipComment()
      else if (this.#text.startsWith('<![CDATA[', next)) {
        this.#at = next + 9
        const end = this.#find(']]>')
        text += this.#text.slice(this.#at, end)
        this.#at = end + 3
      } else {
        flush()
        children.push(this.#element(scope, depth + 1))
      }
    }
    flush()
    this.#at += 2
    if (this.#match(nameText) !== name) throw new Malformed()
    this.#match(space)
    this.#expect('>')
    return children
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (!found) return undefined
    this.#at += found[0].length
    return found[0]
  }

  #expect(text: string): void {
    if (!this.#text.startsWith(text, this.#at)) throw new Malformed()
    this.#at += text.length
  }

  #find(text: string): number {
    const found = this.#text.indexOf(text, this.#at)
    return found < 0 ? fail() : found
  }
}

function fail(): never {
  throw new Malformed()
}

function split(name: string): readonly [prefix: string, local: string] {
  const colon = name.indexOf(':')
  return colon < 0 ? ['', name] : [name.slice(0, colon), name.slice(colon + 1)]
}

type Raw = readonly (readonly [name: string, value: string])[]

function declared(raw: Raw, scope: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const own = raw.filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'))
  if (own.length === 0) return scope
  const namespaces = new Map(scope)
  for (const [name, uri] of own) {
    const prefix = name === 'xmlns' ? '' : name.slice('xmlns:'.length)
    const reserved = prefix === 'xml' || prefix === 'xmlns' || uri === xmlNamespace || uri === xmlnsNamespace
    if (reserved || (prefix !== '' && uri === '')) throw new Malformed()
    namespaces.set(prefix, uri)
  }
  if (namespaces.size > mostPrefixes) throw new Malformed()
  return namespaces
}

function resolved(raw: Raw, namespaces: ReadonlyMap<string, string>): readonly XmlAttribute[] {
  const seen = new Set<string>()
  const attributes: XmlAttribute[] = []
  for (const [name, value] of raw) {
    const [prefix, local] = split(name)
    const declaration = name === 'xmlns' || prefix === 'xmlns'
    const uri = declaration ? xmlnsNamespace : prefix === '' ? '' : (namespaces.get(prefix) ?? fail())
    const id = `${uri} ${local}${name === 'xmlns' ? '=' : ''}`
    if (seen.has(id)) throw new Malformed()
    seen.add(id)
    if (!declaration) attributes.push({ prefix, local, uri, value })
  }
  return attributes
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescape(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&([^;&]{0,10};)?/g, (_whole, named: string | undefined) => {
    const name = named?.slice(0, -1) ?? fail()
    if (Object.hasOwn(entities, name)) return entities[name] as string
    const digits = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(name) ?? fail()
    const code = digits[1] === undefined ? Number(digits[2]) : Number.parseInt(digits[1], 16)
    const letter = code <= 0x10ffff ? String.fromCodePoint(code) : fail()
    return xmlText.test(letter) ? letter : fail()
  })
}

/** The direct children of an element with a name. */
export function childrenNamed({ children }: XmlElement, uri: string, local: string): readonly XmlElement[] {
  return children.filter((child): child is XmlElement => isElement(child) && child.uri === uri && child.local === local)
}

/** The only direct child of an element with a name, or nothing where there is none or more than one. */
export function childNamed(element: XmlElement, uri: string, local: string): XmlElement | undefined {
  const found = childrenNamed(element, uri, local)
  return found.length === 1 ? found[0] : undefined
}

/** The value of an attribute without a namespace. */
export function attributeOf({ attributes }: XmlElement, local: string): string | undefined {
  return attributes.find((attribute) => attribute.uri === '' && attribute.local === local)?.value
}

/** The text of an element that has no elements in it, without white space around it. */
export function textOf({ children }: XmlElement): string | undefined {
  return children.every((child) => typeof child === 'string') ? children.join('').trim() : undefined
}

export function isElement(child: XmlElement | string): child is XmlElement {
  return typeof child !== 'string'
}
