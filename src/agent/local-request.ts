import { isIP } from 'node:net'
import type { ListenerOptions, Reply } from '../http/listener.ts'

const noStore = { 'Cache-Control': 'no-store' }

export function textReply(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { 'Content-Type': 'text/plain', ...noStore, ...headers }, body }
}

export function jsonReply(status: number, body: string): Reply {
  return { status, headers: { 'Content-Type': 'application/json', ...noStore }, body }
}

const localName = /^localhost$|\.localhost$/i

/**
 * Refuses what a web page could send. A browser betrays itself by `Origin`; a page that renamed itself to the agent's address
 * (DNS rebinding) by a `Host` that is neither an address nor a name that the agent was told to answer to.
 */
export function localGuard(names: readonly string[]): NonNullable<ListenerOptions['guard']> {
  const known = new Set(names.map((name) => name.toLowerCase()))
  return ({ index: { header } }) => {
    if (header('origin') !== undefined) return textReply(403, 'Requests from web pages are not answered')
    const host = hostName(header('host') ?? '')
    if (isIP(host) === 0 && !localName.test(host) && !known.has(host)) return textReply(403, 'Unknown Host')
    return undefined
  }
}

/** Without the port, and without the brackets of an IPv6 address. */
function hostName(host: string): string {
  const bracketed = /^\[([0-9a-f:.]{2,45})\](?::\d{1,5})?$/i.exec(host)
  return (bracketed?.[1] ?? host.replace(/:\d{1,5}$/, '')).toLowerCase()
}

/** A part of a path or a query in plain text; nothing where its escapes are not valid. */
export function decodePart(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
