import type { ArrivedRequest, Served } from '../aws/endpoint.ts'
import { version } from '../base/version.ts'
import type { Arrived, Reply } from './listener.ts'
import type { Metrics } from './metrics.ts'

export interface Routes {
  readonly aws: (request: ArrivedRequest) => Promise<Served>
  readonly metrics: Metrics
  /** What `/metrics` answers; by itself what this process has counted. */
  readonly metricsText?: (() => Promise<string>) | undefined
  /** Who may read `/metrics`. */
  readonly metricsFor: 'loopback' | 'all' | 'off'
  /** What issuers of tokens publish under `/_keyturn/`, for everybody. */
  readonly published?: (path: string) => Promise<object | undefined>
  /** Further paths under `/_keyturn/`, such as those of dev mode. */
  readonly own?: (request: Arrived) => Promise<Reply> | undefined
  /** Hears of every answered call; nothing in it is secret. */
  readonly onServed?: (request: Arrived, served: Served, seconds: number) => void
}

/** Sends a request to whom it is for. */
export function route({
  aws,
  metrics,
  metricsText = async () => metrics.text(),
  metricsFor,
  published,
  own,
  onServed,
}: Routes): (request: Arrived) => Promise<Reply> {
  return async (request) => {
    if (request.path.startsWith('/_keyturn/'))
      return own?.(request) ?? health(request) ?? publication(request, published)
    if (request.path === '/metrics' && (request.method === 'GET' || request.method === 'HEAD')) {
      const open = metricsFor === 'all' || (metricsFor === 'loopback' && isLoopback(request.sourceIp))
      return open
        ? { status: 200, headers: { 'Content-Type': 'text/plain; version=0.0.4' }, body: await metricsText() }
        : notFound
    }
    const began = performance.now()
    const served = await aws(request)
    const seconds = (performance.now() - began) / 1000
    metrics.request(
      served.service ?? 'none',
      served.operation ?? 'none',
      served.service ? (served.code ?? 'OK') : 'Unresolved',
      seconds,
    )
    onServed?.(request, served, seconds)
    return served.answer
  }
}

function health({ path, method }: Arrived): Reply | undefined {
  if (path !== '/_keyturn/health' || (method !== 'GET' && method !== 'HEAD')) return undefined
  return jsonReply(200, { status: 'ok', version })
}

/** Verifiers may keep what is published for a while; keys are in it long before they sign. */
const keptSeconds = 600

async function publication({ path, method }: Arrived, published: Routes['published']): Promise<Reply> {
  const found = method === 'GET' || method === 'HEAD' ? await published?.(path) : undefined
  if (!found) return notFound
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': `public, max-age=${keptSeconds}` }
  return { status: 200, headers, body: JSON.stringify(found) }
}

export function jsonReply(status: number, value: object): Reply {
  return {
    status,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
    body: `${JSON.stringify(value)}\n`,
  }
}

const notFound: Reply = jsonReply(404, { error: 'There is nothing at this path.' })

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}
