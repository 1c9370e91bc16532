import { expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import { arrived, manualClock } from './agent.test-support.ts'
import type { Question } from './server-values.ts'
import { type Fetched, ValueCache } from './value-cache.ts'
import { valuesApi } from './values-api.ts'

const token = { 'x-aws-parameters-secrets-token': 'token' }

function serving(answer: (question: Question) => Fetched | Promise<Fetched>, mostAtOnce = 10) {
  const cache = new ValueCache({ clock: manualClock(), random: () => 0, ttlMs: 1000, staleMs: 0, entries: 10 })
  const asked: Question[] = []
  const handle = valuesApi({
    token: new Secret('token'),
    cache,
    mostAtOnce,
    ask: async (question) => {
      asked.push(question)
      return answer(question)
    },
  })
  return { handle, asked }
}

const found = () => ({ value: new Secret('{"SecretString":"x"}') })

test('a value is answered to who shows the token, in either header', async () => {
  const { handle, asked } = serving(found)
  const first = await handle(arrived('GET', '/v1/a', token))
  expect(first).toMatchObject({ status: 200, body: '{"SecretString":"x"}', headers: { 'Cache-Control': 'no-store' } })
  expect(await handle(arrived('GET', '/v1/a', { 'x-vault-token': 'token' }))).toMatchObject({ status: 200 })
  expect(asked).toHaveLength(1)
  await handle(arrived('GET', '/v1/a?refreshNow=true', token))
  expect(asked).toHaveLength(2)
})

test.each([
  ['no token', 'GET', '/v1/a', {}, 403, 'Bad Token'],
  ['a wrong token', 'GET', '/v1/a', { 'x-vault-token': 'other' }, 403, 'Bad Token'],
  ['a forwarded request', 'GET', '/v1/a', { ...token, 'x-forwarded-for': '10.0.0.1' }, 400, 'Forwarded'],
  ['an empty forwarding', 'GET', '/v1/a', { ...token, 'x-forwarded-for': '' }, 400, 'Forwarded'],
  ['another method', 'POST', '/v1/a', token, 405, 'Not allowed'],
  ['another path', 'GET', '/other', token, 404, 'Not found'],
  ['a path without a token', 'GET', '/other', {}, 403, 'Bad Token'],
  ['no id', 'GET', '/secretsmanager/get', token, 400, 'missing parameter secretId'],
])('%s is refused', async (_what, method, target, headers, status, body) => {
  const { handle, asked } = serving(found)
  expect(await handle(arrived(method, target, headers))).toMatchObject({ status, body })
  expect(asked).toEqual([])
})

test('anybody may ask whether the agent is there', async () => {
  const { handle } = serving(found)
  expect(await handle(arrived('GET', '/ping'))).toMatchObject({ status: 200, body: 'healthy' })
  expect(await handle(arrived('POST', '/ping'))).toMatchObject({ status: 405 })
})

test('the server’s refusals pass on, its absence is a gateway error', async () => {
  const answers: Record<string, Fetched> = {
    no: { refused: { status: 400, code: 'ResourceNotFoundException', message: 'not there' } },
    slow: { unavailable: 'timeout' },
    away: { unavailable: 'ECONNREFUSED' },
  }
  const { handle } = serving(({ input }) => answers[String(input['SecretId'])] as Fetched)
  const body = '{"__type":"ResourceNotFoundException","message":"not there"}'
  expect(await handle(arrived('GET', '/v1/no', token))).toMatchObject({ status: 400, body })
  expect(await handle(arrived('GET', '/v1/slow', token))).toMatchObject({ status: 504 })
  expect(await handle(arrived('GET', '/v1/away', token))).toMatchObject({ status: 502 })
})

test('more requests at a time than were allowed are refused, but for a health check', async () => {
  const { promise, resolve } = Promise.withResolvers<Fetched>()
  const { handle } = serving(() => promise, 2)
  const held = ['/v1/a', '/v1/b'].map((target) => handle(arrived('GET', target, token)))
  expect(await handle(arrived('GET', '/v1/c', token))).toMatchObject({ status: 429, body: 'Connection limit exceeded' })
  expect(await handle(arrived('GET', '/ping'))).toMatchObject({ status: 200 })
  resolve(found())
  for (const reply of await Promise.all(held)) expect(reply.status).toBe(200)
  expect(await handle(arrived('GET', '/v1/c', token))).toMatchObject({ status: 200 })
})
