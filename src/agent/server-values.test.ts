import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import { manualClock } from './agent.test-support.ts'
import type { Obtained } from './credentials.ts'
import { KeptCredentials } from './kept-credentials.ts'
import { askServer, secretQuestion } from './server-values.ts'
import type { Fetched } from './value-cache.ts'

interface Answer {
  readonly status: number
  readonly body: string
}

let server: Server
let endpoint: URL
let answers: Answer[]
let keys: string[]

beforeAll(async () => {
  server = createServer((request, response) => {
    keys.push(/Credential=(\w+)/.exec(request.headers.authorization ?? '')?.[1] ?? '')
    const { status, body } = answers.shift() ?? { status: 500, body: '' }
    response.writeHead(status).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
afterAll(() => new Promise((resolve) => server.close(resolve)))
beforeEach(() => {
  answers = []
  keys = []
})

const clock = manualClock()

function keeper(last?: Obtained): KeptCredentials {
  let count = 0
  const source = {
    name: 'test',
    async obtain(): Promise<Obtained> {
      count++
      if (count > 1 && last) return last
      const expiresAt = clock.now() + 3_600_000
      return { credentials: { accessKeyId: `KEY${count}`, secretAccessKey: new Secret('s'), expiresAt } }
    },
  }
  return new KeptCredentials(source, { clock, random: () => 0, warn: () => undefined })
}

async function ask(kept = keeper()): Promise<unknown> {
  const fetched: Fetched = await askServer(secretQuestion('a'), { endpoint, region: 'us-east-1', clock }, kept)
  return 'value' in fetched ? JSON.parse(fetched.value.reveal()) : fetched
}

const refusal = (code: string, status = 400): Answer => ({
  status,
  body: JSON.stringify({ __type: code, message: 'm' }),
})

test('a date is a text, as AWS’s agent has it', async () => {
  answers = [{ status: 200, body: '{"SecretString":"x","CreatedDate":1569534789.046}' }]
  expect(await ask()).toEqual({ SecretString: 'x', CreatedDate: '1569534789.046' })
})

test('credentials that have ended are renewed once, and the question asked again', async () => {
  answers = [refusal('ExpiredTokenException'), { status: 200, body: '{"SecretString":"x"}' }]
  expect(await ask()).toEqual({ SecretString: 'x' })
  expect(keys).toEqual(['KEY1', 'KEY2'])
  answers = [refusal('UnrecognizedClientException'), refusal('UnrecognizedClientException')]
  expect(await ask()).toMatchObject({ refused: { code: 'UnrecognizedClientException' } })
  expect(keys).toHaveLength(4)
})

test('where new credentials are refused, that is the answer', async () => {
  answers = [refusal('ExpiredTokenException')]
  const no: Obtained = { refused: { status: 403, code: 'AccessDenied', message: 'gone' } }
  expect(await ask(keeper(no))).toEqual(no)
})

test('a refusal is no, what passes by itself is later', async () => {
  answers = [refusal('ResourceNotFoundException')]
  expect(await ask()).toEqual({ refused: { status: 400, code: 'ResourceNotFoundException', message: 'm' } })
  const later: readonly Answer[] = [
    refusal('ThrottlingException'),
    refusal('InternalServiceError', 500),
    { status: 503, body: '<html>proxy</html>' },
    { status: 404, body: 'not the server' },
    { status: 200, body: 'no json' },
  ]
  for (const one of later) {
    answers = [one]
    expect(await ask()).toHaveProperty('unavailable')
  }
})

test('no answer and no error holds a value that could be printed', async () => {
  answers = [{ status: 200, body: '{"SecretString":"canary"}' }]
  const fetched = await askServer(secretQuestion('a'), { endpoint, region: 'us-east-1', clock }, keeper())
  expect(JSON.stringify(fetched)).not.toContain('canary')
})
