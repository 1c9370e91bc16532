import { AdvancingClock } from '../../src/base/clock.ts'
import { Secret } from '../../src/base/secret.ts'
import { MemorySink } from '../../src/audit/memory.ts'
import { memoryTrail } from '../../src/audit/trail.ts'
import type { ArrivedRequest, Served } from '../../src/aws/endpoint.ts'
import type { Operation } from '../../src/aws/protocols/model.ts'
import { awsQuotas } from '../../src/aws/quotas.ts'
import { parseConfig } from '../../src/config/load.ts'
import { openEffects } from '../../src/open-effects.ts'
import { devSeal } from '../../src/seal/seals/dev.ts'
import { initialise } from '../../src/seal/unseal.ts'
import { type Assembly, type AssemblyOptions, assemble } from '../../src/server.ts'
import { sign } from '../../src/sigv4/sign.ts'
import { MemoryBackend } from '../../src/store/memory.ts'
import { arrivedRequest } from '../arrived-request.ts'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export interface InProcess {
  readonly assembly: Assembly
  readonly backend: MemoryBackend
  readonly clock: AdvancingClock
  /** What was reported as wrong inside. */
  readonly reports: { readonly facts: object; readonly message: string }[]
  /** The lines of the audit trail, oldest first. */
  auditLines(): Promise<readonly string[]>
  /** Sends a request to the façade as a client would, without a socket. */
  send(request: OutgoingRequest): Promise<Served>
  close(): Promise<void>
}

export interface OutgoingRequest {
  readonly service: string
  /** POST where absent. */
  readonly method?: string
  /** Path and query; `/` where absent. */
  readonly target?: string
  readonly headers?: readonly string[]
  readonly body: Uint8Array
  readonly region?: string
  /** Unsigned where absent. */
  readonly as?: Credentials
}

export const devRoot: Credentials = { accessKeyId: 'test', secretAccessKey: 'test' }

/** A whole server of dev mode but for its listener. */
export async function startInProcess(
  options: Partial<Pick<AssemblyOptions, 'organization' | 'publicUrl'>> = {},
): Promise<InProcess> {
  const clock = new AdvancingClock()
  const backend = new MemoryBackend()
  const sink = new MemorySink()
  const reports: { facts: object; message: string }[] = []
  const report = (facts: object, message: string) => void reports.push({ facts, message })
  const assembly = await assemble({
    backend,
    unsealed: await initialise(backend, devSeal(), clock.now()),
    clock,
    sink: async () => sink,
    trail: memoryTrail(sink),
    syncAudit: false,
    chain: 'test-0',
    quotas: awsQuotas,
    managementAccount: '000000000000',
    dev: true,
    effects: openEffects({
      config: parseConfig('', 'the defaults'),
      clock,
      environment: {},
      endpoint: () => 'http://127.0.0.1:1',
      unconfined: true,
    }),
    ...options,
    reporter: { warn: report, error: report },
  })
  return {
    assembly,
    backend,
    clock,
    reports,
    async auditLines() {
      await assembly.gateway.outbox.drain()
      await assembly.gateway.log.append([])
      return sink.lines()
    },
    send: (request) => assembly.aws(arrive(request)),
    close: () => assembly.close(),
  }
}

function arrive(outgoing: OutgoingRequest): ArrivedRequest {
  const { service, method = 'POST', target = '/', headers = [], body, region = 'us-east-1', as } = outgoing
  const unsigned = ['Host', 'localhost:8200', ...headers]
  const rawHeaders = as
    ? sign(
        { method, target, headers: unsigned, body },
        {
          accessKeyId: as.accessKeyId,
          secretAccessKey: new Secret(as.secretAccessKey),
          ...(as.sessionToken !== undefined && { sessionToken: new Secret(as.sessionToken) }),
        },
        { region, service, nowMs: Date.now() },
      )
    : unsigned
  return arrivedRequest({ method, target, rawHeaders, body })
}

/** The headers and body of a JSON call. */
export function jsonCall(
  targetPrefix: string,
  operation: string,
  input: unknown,
): Pick<OutgoingRequest, 'headers' | 'body'> {
  return {
    headers: ['Content-Type', 'application/x-amz-json-1.1', 'X-Amz-Target', `${targetPrefix}.${operation}`],
    body: Buffer.from(JSON.stringify(input)),
  }
}

/** The headers and body of a query call. Lists are `Name.member.N`, as both query services spell them. */
export function queryCall(
  apiVersion: string,
  operation: string,
  input: unknown,
): Pick<OutgoingRequest, 'headers' | 'body'> {
  const form = new URLSearchParams({ Action: operation, Version: apiVersion })
  flatten('', input, form)
  return {
    headers: ['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8'],
    body: Buffer.from(form.toString()),
  }
}

/** The parts of a REST call: members where the model's locations say. */
export function restCall(operation: Operation, input: unknown): Omit<OutgoingRequest, 'service'> {
  const values = { ...(input as Record<string, unknown>) }
  const headers = ['Content-Type', 'application/json']
  const query: string[] = []
  let [path = '', fixed = ''] = operation.uri.split('?')
  if (fixed !== '') query.push(fixed)
  for (const { name, location, locationName = name } of operation.input?.members ?? []) {
    const value = values[name]
    if (location === undefined || value === undefined) continue
    delete values[name]
    const texts = (Array.isArray(value) ? value : [value]).map(String)
    if (location === 'uri') path = path.replace(`{${locationName}}`, encodeURIComponent(texts.join()))
    else if (location === 'header') headers.push(locationName, texts.join(','))
    else query.push(...texts.map((text) => `${locationName}=${encodeURIComponent(text)}`))
  }
  const payload = operation.input?.payload
  const body = payload === undefined ? JSON.stringify(values) : ((values[payload] ?? '') as string)
  const target = query.length === 0 ? path : `${path}?${query.join('&')}`
  return { method: operation.method, target, headers, body: Buffer.from(body) }
}

function flatten(prefix: string, value: unknown, form: URLSearchParams): void {
  if (Array.isArray(value)) value.forEach((element, index) => flatten(`${prefix}.member.${index + 1}`, element, form))
  else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value))
      flatten(prefix === '' ? name : `${prefix}.${name}`, member, form)
  } else form.set(prefix, String(value))
}
