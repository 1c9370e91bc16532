import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Service } from '../../src/aws/service.ts'
import { awsServices } from '../../src/server.ts'
import type { Backend } from '../../src/store/backend.ts'
import type { Key } from '../../src/store/key.ts'
import {
  type Credentials,
  devRoot,
  type InProcess,
  jsonCall,
  type OutgoingRequest,
  queryCall,
  restCall,
  startInProcess,
} from './in-process.ts'
import { sampleOf } from './sample-input.ts'
import { faultsOf } from './shape-of-answer.ts'

const canary = 'canary-7f3a91c2e5d84b60'
const canaryBase64 = Buffer.from(canary).toString('base64')

interface Declared {
  readonly service: Service
  readonly name: string
}

const declared: readonly Declared[] = awsServices.flatMap((service) =>
  [...service.operations.keys()].map((name) => ({ service, name })),
)
const label = ({ service, name }: Declared) => `${service.name}:${name}`
const cases = declared.map((entry) => [label(entry), entry] as const)

/** Operations that everybody may call, so that no policy can be missing. This list may only shrink. */
const openToAll = new Set(
  declared.filter(({ service, name }) => service.operations.get(name)?.spec.action === 'none').map(label),
)

let server: InProcess
let nobody: Credentials
let denied: Credentials

beforeAll(async () => {
  server = await startInProcess()
  nobody = await makeUser('nobody', [])
  denied = await makeUser('denied', [
    { Effect: 'Allow', Action: '*', Resource: '*' },
    { Effect: 'Deny', Action: '*', Resource: '*' },
  ])
})
afterAll(() => server.close())

async function makeUser(name: string, statements: readonly object[]): Promise<Credentials> {
  await ok(request('iam', 'CreateUser', { UserName: name }))
  if (statements.length > 0) {
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statements })
    await ok(request('iam', 'PutUserPolicy', { UserName: name, PolicyName: 'p', PolicyDocument }))
  }
  const text = await ok(request('iam', 'CreateAccessKey', { UserName: name }))
  const member = (tag: string) => new RegExp(`<${tag}>([^<]+)</${tag}>`).exec(text)?.[1] as string
  return { accessKeyId: member('AccessKeyId'), secretAccessKey: member('SecretAccessKey') }
}

async function ok(outgoing: OutgoingRequest): Promise<string> {
  const { answer } = await server.send({ ...outgoing, as: devRoot })
  expect(answer.status, String(answer.body)).toBe(200)
  return String(answer.body)
}

function request(serviceName: string, name: string, input: unknown): OutgoingRequest {
  const { model } = awsServices.find((service) => service.name === serviceName) as Service
  const { protocol, targetPrefix, apiVersion, signingName } = model.metadata
  const operation = model.operation(name)
  if (protocol === 'rest-json' && operation) return { service: signingName, ...restCall(operation, input) }
  const call = protocol === 'query' ? queryCall(apiVersion, name, input) : jsonCall(targetPrefix as string, name, input)
  return { service: signingName, ...call }
}

function sampleRequest({ service, name }: Declared, everything = false): OutgoingRequest {
  const { input } = service.model.operation(name) ?? {}
  return request(service.name, name, input ? sampleOf(input, { canary, everything }) : {})
}

describe('without credentials', () => {
  test.each(cases)('%s is refused', async (_label, entry) => {
    const unsigned = entry.service.model.operation(entry.name)?.unsigned
    const { code } = await server.send(sampleRequest(entry))
    if (unsigned) expect(code).not.toMatch(/^MissingAuthenticationToken/)
    else expect(code).toMatch(/^MissingAuthenticationToken/)
  })
})

describe('with a wrong secret', () => {
  test.each(cases)('%s is refused', async (_label, entry) => {
    const { code } = await server.send({ ...sampleRequest(entry), as: { ...nobody, secretAccessKey: 'guess' } })
    expect(code).toMatch(/^(?:InvalidSignatureException|SignatureDoesNotMatch)$/)
  })
})

/** What a caller without permission may learn instead of being denied: that its own input makes no sense. */
const refusedBeforeAuthorisation =
  /^(?:Validation|Invalid|Malformed|NotFoundException|UnsupportedOperation|TagException)/

describe('without a policy', () => {
  test.each(cases)('%s is denied', async (name, entry) => {
    const { code } = await server.send({ ...sampleRequest(entry), as: nobody })
    if (openToAll.has(name)) expect(code ?? 'OK').not.toMatch(/^AccessDenied/)
    else expect(code, String(code)).toMatch(new RegExp(`^AccessDenied|${refusedBeforeAuthorisation.source}`))
  })
})

describe('under an explicit deny', () => {
  test.each(cases)('%s is denied', async (name, entry) => {
    const { code, answer } = await server.send({ ...sampleRequest(entry), as: denied })
    if (openToAll.has(name)) return expect(code ?? 'OK').not.toMatch(/^AccessDenied/)
    expect(code).toMatch(new RegExp(`^AccessDenied|${refusedBeforeAuthorisation.source}`))
    if ((code as string).startsWith('AccessDenied')) expect(String(answer.body)).toContain('with an explicit deny')
  })
})

describe('as the root of its account', () => {
  test.each(cases)('%s answers by its model, is recorded once, and shows no secret', async (_label, entry) => {
    for (const everything of [false, true]) {
      const { answer, code, requestId } = await server.send({ ...sampleRequest(entry, everything), as: devRoot })
      expect(answer.status, String(answer.body)).toBeLessThan(500)
      const { protocol } = entry.service.model.metadata
      if (code === undefined && protocol === 'json') {
        const body = String(answer.body)
        expect(
          faultsOf(entry.service.model.operation(entry.name)?.output, body === '' ? undefined : JSON.parse(body)),
        ).toEqual([])
      }
      if (code !== undefined) expect(String(answer.body)).not.toContain(canary)
      const lines = (await server.auditLines()).filter((line) => line.includes(requestId))
      const own = lines.filter(
        (line) => (JSON.parse(line) as { event: { eventName: string } }).event.eventName === entry.name,
      )
      expect(own).toHaveLength(1)
    }
  })

  test('nothing was reported as a failure of our own', () => {
    expect(server.reports.map(({ message, facts }) => [message, ...Object.values(facts).map(String)])).toEqual([])
  })
})

describe('after all of it', () => {
  test('no secret is in the audit trail, in a report or in the store', async () => {
    const lines = await server.auditLines()
    expect(lines.length).toBeGreaterThan(declared.length)
    const everywhere = [
      ...lines,
      ...server.reports.map((report) => JSON.stringify(report)),
      ...(await storedText(server.backend)),
    ]
    expect(everywhere.filter((text) => text.includes(canary) || text.includes(canaryBase64.slice(0, -2)))).toEqual([])
  })
})

async function storedText(backend: Backend): Promise<readonly string[]> {
  const entries = await backend.range('' as Key, '\u007f' as Key, { limit: 100_000 })
  expect(entries.length).toBeGreaterThan(0)
  return entries.map(({ key, value }) => key + Buffer.from(value).toString('latin1'))
}
