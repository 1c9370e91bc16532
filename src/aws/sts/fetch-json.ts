import type { X509Certificate } from 'node:crypto'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP } from 'node:net'
import { checkServerIdentity, type TLSSocket } from 'node:tls'
import { isOutward, outwardLookup } from './outward-address.ts'

export interface FetchOptions {
  /** SHA-1 of certificates that may vouch for the server beside the known authorities. */
  readonly thumbprints: readonly string[]
  /** Asks this machine too, and takes `http://` for that: for trying things out. */
  readonly insecureLoopback: boolean
  readonly timeoutMilliseconds: number
  readonly mostBytes: number
  /** The machine's time, in milliseconds since 1970, for the times of certificates. */
  readonly now: number
}

/** Reads a JSON document from a server of others. Nothing is followed; what is late, long or not JSON counts as absent. */
export function fetchJson(url: string, options: FetchOptions): Promise<unknown> {
  const target = URL.canParse(url) ? new URL(url) : undefined
  if (!target || !isAllowed(target, options)) return Promise.resolve(undefined)
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(options.timeoutMilliseconds)
    const headers = { Accept: 'application/json', 'User-Agent': 'keyturn' }
    const secure = target.protocol === 'https:'
    const lookup = outwardLookup({ loopback: options.insecureLoopback })
    // Whether the certificate will do is decided below, once it is there: thumbprints may stand in for an authority.
    const request = secure
      ? requestHttps(target, { headers, signal, lookup, agent: false, rejectUnauthorized: false })
      : requestHttp(target, { headers, signal, lookup, agent: false })
    const give = (value: unknown) => {
      resolve(value)
      request.destroy()
    }
    request.on('error', () => give(undefined))
    if (secure) {
      request.on('socket', (socket) => {
        socket.once('secureConnect', () => {
          if (!isTrusted(socket as TLSSocket, target.hostname, options)) give(undefined)
        })
      })
    }
    request.on('response', (response) => {
      if (response.statusCode !== 200) return give(undefined)
      const chunks: Buffer[] = []
      let length = 0
      response.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length > options.mostBytes) give(undefined)
        else chunks.push(chunk)
      })
      response.on('error', () => give(undefined))
      response.on('end', () => give(parsed(Buffer.concat(chunks))))
    })
    request.end()
  })
}

function isAllowed({ protocol, hostname, username, password }: URL, { insecureLoopback }: FetchOptions): boolean {
  if (username !== '' || password !== '') return false
  const address = hostname.replace(/^\[|\]$/g, '')
  if (isIP(address) !== 0 && !isOutward(address, { loopback: insecureLoopback })) return false
  if (protocol === 'https:') return true
  return insecureLoopback && protocol === 'http:' && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(hostname)
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

/** Whether an authority that this machine knows vouches for a server, or a certificate with one of the thumbprints. */
function isTrusted(socket: TLSSocket, hostname: string, { thumbprints, now }: FetchOptions): boolean {
  if (checkServerIdentity(hostname, socket.getPeerCertificate()) !== undefined) return false
  if (socket.authorized) return true
  const certificate = socket.getPeerX509Certificate()
  return certificate !== undefined && isPinned(certificate, thumbprints, now)
}

const longestChain = 10

/**
 * Whether a certificate with one of the thumbprints signed another, or it itself is one, each step proven by its signature: a
 * server could send any certificate along with its own.
 */
export function isPinned(certificate: X509Certificate, thumbprints: readonly string[], now: number): boolean {
  let current: X509Certificate | undefined = certificate
  for (let depth = 0; current && depth < longestChain; depth++) {
    if (Date.parse(current.validFrom) > now || Date.parse(current.validTo) < now) return false
    if (thumbprints.includes(current.fingerprint.replaceAll(':', '').toLowerCase())) return true
    const issuer: X509Certificate | undefined = current.issuerCertificate
    if (!issuer?.ca || !current.checkIssued(issuer) || !current.verify(issuer.publicKey)) return false
    current = issuer.fingerprint256 === current.fingerprint256 ? undefined : issuer
  }
  return false
}
