import type { CompileValue } from './operator.ts'

/** An address as groups of 16 bits: two for IPv4, eight for IPv6. */
type Groups = readonly number[]

export interface AddressRange {
  readonly groups: Groups
  readonly prefixBits: number
}

const groupBits = 16

/** The address that a text stands for. IPv4 inside IPv6 (`::ffff:10.0.0.1`) is the IPv4 address, as sockets report it. */
export function parseAddress(text: string): Groups | undefined {
  if (text.length > 45) return undefined
  const groups = text.includes(':') ? parseV6(text) : parseV4(text)
  if (groups?.length !== 8 || groups[5] !== 0xffff || groups.slice(0, 5).some((group) => group !== 0)) return groups
  return groups.slice(6)
}

function parseV4(text: string): Groups | undefined {
  const found = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (found === null) return undefined
  const bytes = found.slice(1).map(Number)
  if (bytes.some((byte, index) => byte > 255 || String(byte) !== found[index + 1])) return undefined
  const [a, b, c, d] = bytes as [number, number, number, number]
  return [a * 256 + b, c * 256 + d]
}

function parseV6(text: string): Groups | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = parseGroups(halves[0] as string, halves.length === 1)
  const tail = parseGroups(halves[1] ?? '', true)
  if (head === undefined || tail === undefined) return undefined
  const missing = 8 - head.length - tail.length
  if (halves.length === 1) return missing === 0 ? head : undefined
  return missing < 1 ? undefined : [...head, ...Array.from({ length: missing }, () => 0), ...tail]
}

/** Only the end of a whole address may be written as IPv4. */
function parseGroups(text: string, atEnd: boolean): Groups | undefined {
  if (text === '') return []
  const groups: number[] = []
  const words = text.split(':')
  for (const [index, word] of words.entries()) {
    if (atEnd && word.includes('.') && index === words.length - 1) {
      const v4 = parseV4(word)
      if (v4 === undefined) return undefined
      groups.push(...v4)
    } else if (/^[0-9a-fA-F]{1,4}$/.test(word)) {
      groups.push(Number.parseInt(word, 16))
    } else {
      return undefined
    }
  }
  return groups
}

/** The range that an address or CIDR block stands for. */
export function parseRange(text: string): AddressRange | undefined {
  const slash = text.indexOf('/')
  const groups = parseAddress(slash < 0 ? text : text.slice(0, slash))
  if (groups === undefined) return undefined
  const most = groups.length * groupBits
  if (slash < 0) return { groups, prefixBits: most }
  const bits = text.slice(slash + 1)
  if (!/^\d{1,3}$/.test(bits)) return undefined
  const mapped = groups.length === 2 && text.includes(':')
  const prefixBits = Number(bits) - (mapped ? 96 : 0)
  return prefixBits < 0 || prefixBits > most ? undefined : { groups, prefixBits }
}

export function inRange(range: AddressRange, address: Groups): boolean {
  if (range.groups.length !== address.length) return false
  let left = range.prefixBits
  for (let index = 0; left > 0; index++, left -= groupBits) {
    const differing = (range.groups[index] as number) ^ (address[index] as number)
    if (differing >>> Math.max(0, groupBits - left) !== 0) return false
  }
  return true
}

/** `IpAddress`: an address in a CIDR block of the same family. */
export const ipAddress: CompileValue = (value) => {
  const range = parseRange(value)
  if (range === undefined) return { refused: 'value' }
  return {
    test: (text) => {
      const address = parseAddress(text)
      return address !== undefined && inRange(range, address)
    },
  }
}
