import { childrenOf, type DerValue, oidOf, Tag, textOf } from './der.ts'

/** One attribute of a distinguished name: its usual short name, or its object identifier, and its text. */
export interface NameAttribute {
  readonly type: string
  readonly value: string
}

/** A distinguished name, with the bytes that say whether two are the same. */
export interface DistinguishedName {
  readonly attributes: readonly NameAttribute[]
  readonly bytes: Buffer
}

/** RFC 4519, and the attributes that certificate authorities use beside. */
const shortNames: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'SERIALNUMBER',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'T',
  '2.5.4.42': 'GN',
  '2.5.4.43': 'I',
  '2.5.4.44': 'GENERATION',
  '2.5.4.46': 'DNQUALIFIER',
  '2.5.4.65': 'PSEUDONYM',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'E',
}

const mostAttributes = 64

export function nameOf(value: DerValue): DistinguishedName | undefined {
  if (value.tag !== Tag.sequence) return undefined
  const attributes: NameAttribute[] = []
  for (const set of childrenOf(value) ?? []) {
    for (const pair of (set.tag === Tag.set ? childrenOf(set) : undefined) ?? []) {
      const [type, text] = childrenOf(pair) ?? []
      const oid = type && oidOf(type)
      const read = text && textOf(text)
      if (oid === undefined || read === undefined || attributes.length === mostAttributes) return undefined
      attributes.push({ type: shortNames[oid] ?? oid, value: read })
    }
  }
  return { attributes, bytes: value.bytes }
}

/** `C=DE,O=Example,CN=host`, with what would part or end an attribute escaped (RFC 4514). */
export function nameText({ attributes }: DistinguishedName): string {
  return attributes.map(({ type, value }) => `${type}=${value.replace(/[\\,+"<>;=]|^[ #]| $/g, '\\$&')}`).join(',')
}

/** The values of all attributes of one type, in the order of the name. */
export function valuesOf({ attributes }: DistinguishedName, type: string): readonly string[] {
  return attributes.filter((attribute) => attribute.type === type).map(({ value }) => value)
}
