import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OidcProviderRecord } from '../iam/oidc-provider.ts'
import { parseToken, type ParsedToken, provesToken } from './json-web-token.ts'
import { nameOfIssuer, ProviderKeys } from './provider-keys.ts'
import { type Issuer, openIssuer } from './web-identity.test-support.ts'

let issuer: Issuer
let provider: OidcProviderRecord
beforeAll(async () => {
  issuer = await openIssuer()
  provider = { name: issuer.name, arn: 'arn', createdAt: 1, clientIds: [], thumbprints: [], tags: [] }
})
afterAll(() => issuer.close())

const second = 1000
const minute = 60 * second

function token(): ParsedToken {
  const parsed = parseToken(issuer.token({ sub: 'x' }))
  if (!parsed) throw new Error('a token')
  return parsed
}

test('a token of a new key makes the keys be asked for again, but not too often', async () => {
  const keys = new ProviderKeys({ insecureLoopback: true })
  expect(keys.find(provider, token(), 0)).toBeUndefined()
  const first = token()
  expect(provesToken(first, (await keys.ask(provider, 0)) ?? [])).toBe(true)
  issuer.rotate()
  const renewed = token()
  expect(keys.find(provider, renewed, 5 * second)).toHaveLength(1)
  expect(keys.find(provider, first, 5 * second)).toHaveLength(1)
  expect(keys.find(provider, renewed, 10 * second)).toBeUndefined()
  const { asked } = issuer
  const answers = await Promise.all([1, 2, 3].map(() => keys.ask(provider, 10 * second)))
  expect(issuer.asked).toBe(asked + 1)
  for (const answer of answers) expect(provesToken(renewed, answer ?? [])).toBe(true)
  expect(provesToken(first, answers[0] ?? [])).toBe(false)
})

test('keys outlast a provider that is gone, for an hour', async () => {
  const keys = new ProviderKeys({ insecureLoopback: true })
  await keys.ask(provider, 0)
  issuer.broken = 'down'
  expect(keys.find(provider, token(), 10 * minute - 1)).toHaveLength(1)
  expect(keys.find(provider, token(), 10 * minute)).toBeUndefined()
  expect(await keys.ask(provider, 10 * minute)).toHaveLength(1)
  expect(keys.find(provider, token(), 10 * minute + 1)).toHaveLength(1)
  expect(await keys.ask(provider, 60 * minute)).toBeUndefined()
  issuer.broken = undefined
})

test('a provider that was made anew is asked anew', async () => {
  const keys = new ProviderKeys({ insecureLoopback: true })
  await keys.ask(provider, 0)
  expect(keys.find({ ...provider, createdAt: 2 }, token(), 1)).toBeUndefined()
})

test('an issuer that says it is another is not believed', async () => {
  const keys = new ProviderKeys({ insecureLoopback: true })
  const named = { ...provider, name: issuer.name.replace('127.0.0.1', 'localhost') }
  expect(await keys.ask(named, 0)).toBeUndefined()
  expect(nameOfIssuer('https://a.example/b/')).toBe('a.example/b')
})

test('a provider that does not answer in time is waited for no longer', async () => {
  const keys = new ProviderKeys({ insecureLoopback: true, timeoutMilliseconds: 50 })
  issuer.broken = 'slow'
  expect(await keys.ask(provider, 0)).toBeUndefined()
  issuer.broken = undefined
  expect(await keys.ask(provider, 10 * second)).toHaveLength(1)
})
