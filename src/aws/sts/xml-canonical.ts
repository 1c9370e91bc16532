import { isElement, type XmlAttribute, type XmlElement } from '../iam/xml-document.ts'

export interface CanonicalOptions {
  /** Prefixes that are treated as in inclusive canonicalisation; `#default` for the default namespace. */
  readonly inclusivePrefixes?: readonly string[]
  /** A child of the element that is left out: the signature over it. */
  readonly without?: XmlElement
}

/** An element as text by Exclusive XML Canonicalization 1.0 without comments (W3C Recommendation, 2002). */
export function canonicalXml(element: XmlElement, { inclusivePrefixes = [], without }: CanonicalOptions = {}): string {
  const inclusive = inclusivePrefixes.map((prefix) => (prefix === '#default' ? '' : prefix))
  return write(element, new Map(), { inclusive, without })
}

interface Context {
  readonly inclusive: readonly string[]
  readonly without: XmlElement | undefined
}

/** `rendered` has the declarations that stand on elements around this one in the output. */
function write(element: XmlElement, rendered: ReadonlyMap<string, string>, context: Context): string {
  const declarations = declarationsOf(element, rendered, context.inclusive)
  const inside = declarations.length === 0 ? rendered : new Map([...rendered, ...declarations])
  const name = qualified(element)
  let text = `<${name}`
  for (const [prefix, uri] of declarations)
    text += ` ${prefix === '' ? 'xmlns' : `xmlns:${prefix}`}="${escapeValue(uri)}"`
  for (const attribute of element.attributes.toSorted(byName)) {
    text += ` ${qualified(attribute)}="${escapeValue(attribute.value)}"`
  }
  text += '>'
  for (const child of element.children) {
    if (!isElement(child)) text += escapeText(child)
    else if (child !== context.without) text += write(child, inside, context)
  }
  return `${text}</${name}>`
}

/** The declarations that an element needs and that do not stand around it already, the default one first. */
function declarationsOf(
  { prefix, attributes, namespaces }: XmlElement,
  rendered: ReadonlyMap<string, string>,
  inclusive: readonly string[],
): readonly (readonly [prefix: string, uri: string])[] {
  const used = new Set([prefix, ...attributes.flatMap((attribute) => attribute.prefix || [])])
  for (const one of inclusive) if (namespaces.has(one)) used.add(one)
  used.delete('xml')
  const needed: (readonly [string, string])[] = []
  for (const one of used) {
    const uri = namespaces.get(one) ?? ''
    if ((rendered.get(one) ?? '') !== uri) needed.push([one, uri])
  }
  return needed.toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function byName(a: XmlAttribute, b: XmlAttribute): number {
  if (a.uri !== b.uri) return a.uri < b.uri ? -1 : 1
  return a.local < b.local ? -1 : 1
}

function qualified({ prefix, local }: { readonly prefix: string; readonly local: string }): string {
  return prefix === '' ? local : `${prefix}:${local}`
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
}

function escapeText(text: string): string {
  return text.replace(/[&<>\r]/g, (letter) => escapes[letter] as string)
}

function escapeValue(text: string): string {
  return text.replace(/[&<"\t\n\r]/g, (letter) => escapes[letter] as string)
}
