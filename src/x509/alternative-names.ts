import { childrenOf, type DerValue, Tag } from './der.ts'
import { type DistinguishedName, nameOf } from './name.ts'

/** What a subject is called besides (RFC 5280, section 4.2.1.6), of the kinds that policies can ask about. */
export interface AlternativeNames {
  readonly dns: readonly string[]
  readonly uri: readonly string[]
  readonly names: readonly DistinguishedName[]
}

const dnsTag = 0x82
const directoryTag = 0xa4
const uriTag = 0x86
const mostNames = 200

export function alternativeNamesOf(value: DerValue): AlternativeNames | undefined {
  const entries = value.tag === Tag.sequence ? childrenOf(value) : undefined
  if (!entries || entries.length > mostNames) return undefined
  const dns: string[] = []
  const uri: string[] = []
  const names: DistinguishedName[] = []
  for (const entry of entries) {
    if (entry.tag === dnsTag || entry.tag === uriTag) {
      if (!entry.content.every((byte) => byte >= 0x21 && byte < 0x7f)) return undefined
      ;(entry.tag === dnsTag ? dns : uri).push(entry.content.toString('latin1'))
    } else if (entry.tag === directoryTag) {
      const [inner] = childrenOf(entry) ?? []
      const name = inner && nameOf(inner)
      if (!name) return undefined
      names.push(name)
    }
  }
  return { dns, uri, names }
}
