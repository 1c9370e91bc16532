import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import { presign } from './presign.ts'
import { readClaim } from './read-claim.ts'
import type { SignedRequest } from './request.ts'
import { sign } from './sign.ts'
import { SigningSecret } from './signing-key.ts'
import { verify } from './verify.ts'

/** The hash that the SDK's signer asks for. */
class Sha256 {
  readonly #secret: string | Uint8Array | undefined
  #hash: Hash | Hmac

  constructor(secret?: unknown) {
    this.#secret = secret as string | Uint8Array | undefined
    this.#hash = this.#open()
  }

  #open(): Hash | Hmac {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', this.#secret)
  }

  update(data: unknown): void {
    this.#hash.update(data as string | Uint8Array)
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest())
  }

  reset(): void {
    this.#hash = this.#open()
  }
}

const segment = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom('', '.', '..', 'a b', 'functions'),
)
const headerText = fc.stringMatching(/^[!-~]{1,8}(?: {1,3}[!-~]{1,8}){0,2}$/)
const request = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
  path: fc.array(segment, { maxLength: 5 }).map((parts) => `/${parts.map(escaped).join('/')}`),
  query: fc.dictionary(
    fc.string({ unit: 'grapheme', maxLength: 6 }).filter((name) => name !== '' && !/^x-amz-/i.test(name)),
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 6 }),
      fc.array(fc.string({ maxLength: 4 }), { minLength: 1, maxLength: 3 }),
    ),
    { maxKeys: 5, noNullPrototype: true },
  ),
  headers: fc.dictionary(fc.stringMatching(/^(?:x-amz-|x-)[a-z]{4,8}$/), headerText, {
    maxKeys: 4,
    noNullPrototype: true,
  }),
  body: fc.uint8Array({ maxLength: 64 }),
  accessKeyId: fc.stringMatching(/^A[KS]IA[A-Z2-7]{16}$/),
  secret: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 }),
  token: fc.option(
    fc
      .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 200 })
      .map((token) => token.trim())
      .filter(Boolean),
  ),
  region: fc.constantFrom('us-east-1', 'eu-central-1'),
  service: fc.constantFrom('secretsmanager', 'sts', 'lambda'),
  nowMs: fc.integer({ min: 1_500_000_000, max: 4_000_000_000 }).map((seconds) => seconds * 1_000),
})
type Drawn = typeof request extends fc.Arbitrary<infer T> ? T : never

function escaped(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** The query as a client may write it: what needs no encoding encoded, small digits, `+` for a space. */
function written(query: Record<string, string | string[]>, style: 'plain' | 'odd'): string {
  const one = (text: string) =>
    style === 'plain'
      ? escaped(text)
      : escaped(text)
          .replaceAll('a', '%61')
          .replaceAll('%20', '+')
          .replace(/%[0-9A-F]{2}/g, (it) => it.toLowerCase())
  return Object.entries(query)
    .flatMap(([name, values]) => [values].flat().map((value) => `${one(name)}=${one(value)}`))
    .join('&')
}

function wellFormed(of: Drawn): Drawn {
  const query = Object.entries(of.query).map(([name, value]) => [
    name.toWellFormed(),
    typeof value === 'string' ? value.toWellFormed() : value.map((it) => it.toWellFormed()),
  ])
  return { ...of, query: Object.fromEntries(query) as Drawn['query'] }
}

function theirs(of: Drawn): { signer: SignatureV4; their: Parameters<SignatureV4['presign']>[0] } {
  const credentials = {
    accessKeyId: of.accessKeyId,
    secretAccessKey: of.secret,
    ...(of.token === null ? {} : { sessionToken: of.token }),
  }
  const signer = new SignatureV4({
    credentials,
    region: of.region,
    service: of.service,
    sha256: Sha256,
    applyChecksum: of.body.length % 2 === 0,
  })
  const headers = { host: 'server.example:8443', ...of.headers }
  return {
    signer,
    their: {
      method: of.method,
      protocol: 'https:',
      hostname: 'server.example',
      path: of.path,
      query: of.query,
      headers,
      body: of.body,
    },
  }
}

function verified(of: Drawn, arrived: SignedRequest): unknown {
  const read = readClaim(arrived)
  if (!('claim' in read)) return read
  expect(read.claim.sessionToken?.reveal()).toBe(of.token?.replace(/ +/g, ' '))
  return verify(arrived, read.claim, new SigningSecret(of.accessKeyId, new Secret(of.secret)), {
    nowMs: of.nowMs,
    windowMs: 300_000,
    service: of.service,
    acceptsRegion: (region) => region === of.region,
    presignedLifetime: 'declared',
  })
}

const rawHeaders = (headers: Record<string, string>) => Object.entries(headers).flat()
const withQuery = (path: string, query: string) => (query === '' ? path : `${path}?${query}`)

test.each(['plain', 'odd'] as const)('what the SDK signs in headers verifies, its query written %s', async (style) => {
  await fc.assert(
    fc.asyncProperty(request.map(wellFormed), async (of) => {
      const { signer, their } = theirs(of)
      const signed = await signer.sign(their, { signingDate: new Date(of.nowMs) })
      const target = withQuery(of.path, written(of.query, style))
      expect(verified(of, { method: of.method, target, headers: rawHeaders(signed.headers), body: of.body })).toEqual({
        verified: true,
      })
    }),
    { numRuns: 300, seed: 4 },
  )
})

test('what the SDK presigns verifies', async () => {
  await fc.assert(
    fc.asyncProperty(request.map(wellFormed), async (of) => {
      const { signer, their } = theirs(of)
      const signed = await signer.presign(their, { signingDate: new Date(of.nowMs), expiresIn: 60 })
      const target = withQuery(of.path, written((signed.query ?? {}) as Record<string, string>, 'plain'))
      expect(verified(of, { method: of.method, target, headers: rawHeaders(signed.headers), body: of.body })).toEqual({
        verified: true,
      })
    }),
    { numRuns: 300, seed: 4 },
  )
})

function ours(of: Drawn): SignedRequest {
  const headers = ['Host', 'server.example:8443', ...rawHeaders(of.headers)]
  return { method: of.method, target: withQuery(of.path, written(of.query, 'plain')), headers, body: of.body }
}

function signWith(of: Drawn): Parameters<typeof sign>[1] {
  return {
    accessKeyId: of.accessKeyId,
    secretAccessKey: new Secret(of.secret),
    ...(of.token === null ? {} : { sessionToken: new Secret(of.token) }),
  }
}

test('what is signed here is what the SDK signs', async () => {
  await fc.assert(
    fc.asyncProperty(request.map(wellFormed), async (of) => {
      const { signer, their } = theirs({
        ...of,
        body: new Uint8Array([...of.body, ...(of.body.length % 2 === 0 ? [0] : [])]),
      })
      const body = their.body as Uint8Array
      const signed = await signer.sign(their, { signingDate: new Date(of.nowMs) })
      const headers = sign({ ...ours(of), body }, signWith(of), of)
      expect(headers.at(-1)).toBe(signed.headers['authorization'])
      expect(verified(of, { ...ours(of), body, headers })).toEqual({ verified: true })
    }),
    { numRuns: 300, seed: 4 },
  )
})

test('what is presigned here is what the SDK presigns', async () => {
  await fc.assert(
    fc.asyncProperty(request.map(wellFormed), async (drawn) => {
      const of = { ...drawn, headers: {} }
      const { signer, their } = theirs(of)
      const signed = await signer.presign(their, { signingDate: new Date(of.nowMs), expiresIn: 600 })
      const target = presign(ours(of), signWith(of), of, 600)
      expect(target.slice(-64)).toBe(signed.query?.['X-Amz-Signature'])
      expect(verified(of, { ...ours(of), target })).toEqual({ verified: true })
    }),
    { numRuns: 300, seed: 4 },
  )
})

test('a request that cannot be signed is a mistake of ours', () => {
  const of = { method: 'GET', target: '/', headers: ['Host', 'h'], body: Buffer.of() }
  const as = { accessKeyId: 'AKID', secretAccessKey: new Secret('s') }
  const scope = { region: 'us-east-1', service: 'sts', nowMs: 0 }
  expect(() => sign({ ...of, headers: [] }, as, scope)).toThrow(/Host/)
  expect(() => sign({ ...of, headers: sign(of, as, scope) }, as, scope)).toThrow()
  expect(() => sign({ ...of, target: 'x' }, as, scope)).toThrow(/request line/)
  expect(() => presign(of, as, scope, 604_801)).toThrow(/week/)
})
