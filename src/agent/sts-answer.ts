import { Secret } from '../base/secret.ts'
import type { WireRefusal } from '../client/signed-post.ts'
import type { Credentials } from './credentials.ts'

/** Reads the credentials in an answer of STS; nothing where they are not whole. */
export function readCredentials(xml: string): Credentials | undefined {
  const block = element(xml, 'Credentials')
  if (block === undefined) return undefined
  const accessKeyId = text(block, 'AccessKeyId')
  const secretAccessKey = text(block, 'SecretAccessKey')
  const sessionToken = text(block, 'SessionToken')
  const expiresAt = Date.parse(text(block, 'Expiration') ?? '')
  if (!accessKeyId || !secretAccessKey || !sessionToken || Number.isNaN(expiresAt)) return undefined
  return {
    accessKeyId,
    secretAccessKey: new Secret(secretAccessKey),
    sessionToken: new Secret(sessionToken),
    expiresAt,
  }
}

/** The account of GetCallerIdentity's answer. */
export function readAccount(xml: string): string | undefined {
  const account = text(xml, 'Account')
  return account !== undefined && /^\d{12}$/.test(account) ? account : undefined
}

/** The error of a query service; nothing where the text is none. */
export function readXmlRefusal(xml: string): WireRefusal | undefined {
  const code = text(xml, 'Code')
  return code === undefined ? undefined : { code, message: text(xml, 'Message') ?? '' }
}

function text(xml: string, name: string): string | undefined {
  const found = element(xml, name)
  return found === undefined || found.includes('<') ? undefined : unescape(found)
}

/** What the first element of a name holds, where it is closed. */
function element(xml: string, name: string): string | undefined {
  const open = xml.indexOf(`<${name}>`)
  const start = open + name.length + 2
  const end = open === -1 ? -1 : xml.indexOf(`</${name}>`, start)
  return end === -1 ? undefined : xml.slice(start, end)
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function unescape(escaped: string): string {
  return escaped.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,4}));/gi, (whole, decimal, hex, name: string) => {
    const point = decimal ? Number(decimal) : hex ? Number.parseInt(hex as string, 16) : undefined
    if (point === undefined) return entities[name] ?? whole
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole
  })
}
