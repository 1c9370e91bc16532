import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An OpenID Connect issuer on this machine, with what it answers in the hands of the test. */
export interface Issuer {
  readonly url: string
  /** The name of its provider: without the scheme. */
  readonly name: string
  /** How often its keys were asked for. */
  readonly asked: number
  /** What it answers in place of its keys, if anything. */
  broken: 'down' | 'slow' | 'huge' | 'not-json' | undefined
  /** A token with these claims, signed with the present key. */
  token(claims: Record<string, unknown>, header?: Record<string, unknown>): string
  /** Begins to sign with a new key and forgets the old one. */
  rotate(): void
  close(): Promise<void>
}

export function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

export function signed(key: KeyObject, header: object, claims: object): string {
  const text = `${part(header)}.${part(claims)}`
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`
}

export async function openIssuer(): Promise<Issuer> {
  let pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
  let generation = 1
  let asked = 0
  const server: Server = createServer((request, response) => {
    if (request.url === '/.well-known/openid-configuration') {
      response.end(JSON.stringify({ issuer: issuer.url, jwks_uri: `${issuer.url}/keys` }))
      return
    }
    asked++
    if (issuer.broken === 'slow') return
    if (issuer.broken === 'down') response.statusCode = 500
    const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: `key-${generation}`, use: 'sig', alg: 'RS256' }
    const more = issuer.broken === 'huge' ? 'x'.repeat(1_000_000) : ''
    response.end(issuer.broken === 'not-json' ? '<html>' : JSON.stringify({ keys: [jwk], more }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const name = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const issuer: Issuer = {
    url: `http://${name}`,
    name,
    get asked() {
      return asked
    },
    broken: undefined,
    token: (claims, header = {}) =>
      signed(pair.privateKey, { alg: 'RS256', kid: `key-${generation}`, ...header }, claims),
    rotate() {
      pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
      generation++
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return issuer
}
