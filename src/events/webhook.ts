import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import type { Secret } from '../base/secret.ts'
import type { EventEnvelope } from './event.ts'
import type { Delivery, Sink } from './sink.ts'

export interface WebhookOptions {
  /** `https:`, or `http:` to a loopback address. */
  readonly url: URL
  /** Certificate authorities in PEM, in place of the system's. */
  readonly ca?: string | undefined
  readonly timeoutMilliseconds?: number
  /** How many requests are under way at once. */
  readonly atOnce?: number
  /** Real milliseconds since 1970. */
  readonly now: () => number
}

const passMilliseconds = 30_000
const mostAnswerBytes = 64 * 1024
const fewestSecretBytes = 24

/**
 * The key of a webhook’s secret, or nothing where it is too short to be one. A secret is a text of at least 24 bytes, or `whsec_` and
 * base64, as Standard Webhooks writes it.
 */
export function webhookKey(secret: Secret<string>): KeyObject | undefined {
  const text = secret.reveal().trim()
  const bytes = text.startsWith('whsec_') ? Buffer.from(text.slice(6), 'base64') : Buffer.from(text, 'utf8')
  return bytes.length < fewestSecretBytes ? undefined : createSecretKey(bytes)
}

/**
 * The headers that prove an event's origin, as Standard Webhooks describes them: HMAC-SHA256 over id, time and body, each
 * separated by a dot. A receiver should refuse a time that is minutes away from its own.
 */
export function signatureHeaders(key: KeyObject, id: string, seconds: number, body: string): Record<string, string> {
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signature}` }
}

/**
 * Posts each event to an endpoint. Only an answer 2xx means that it was taken; redirects are not followed, because they would take
 * the event where nobody configured it to go.
 */
export function webhookSink(options: WebhookOptions, key: KeyObject): Sink {
  const { atOnce = 4, now } = options
  return {
    async deliver(events) {
      const deliveries: Delivery[] = events.map(() => ({ failed: 'untried' }))
      const until = now() + passMilliseconds
      let next = 0
      let unavailable = false
      const send = async () => {
        while (next < events.length && !unavailable && now() < until) {
          const index = next++
          const delivery = await post(events[index] as EventEnvelope, options, key)
          deliveries[index] = delivery
          if ('failed' in delivery && delivery.failed === 'unavailable') unavailable = true
        }
      }
      await Promise.all(Array.from({ length: Math.min(atOnce, events.length) }, send))
      return deliveries
    },
    close: () => Promise.resolve(),
  }
}

function post(event: EventEnvelope, options: WebhookOptions, key: KeyObject): Promise<Delivery> {
  const { url, ca, timeoutMilliseconds = 10_000, now } = options
  const body = JSON.stringify(event)
  const headers = {
    ...signatureHeaders(key, event.id, Math.floor(now() / 1000), body),
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'User-Agent': 'Keyturn',
  }
  const send = url.protocol === 'https:' ? tlsRequest : plainRequest
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(timeoutMilliseconds)
    const request = send(url, {
      method: 'POST',
      headers,
      signal,
      maxHeaderSize: 16_384,
      ...(ca !== undefined && { ca }),
    })
    request.on('response', (response) => {
      resolve(judge(response.statusCode ?? 0))
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > mostAnswerBytes) request.destroy()
      })
      response.on('error', () => request.destroy())
    })
    request.on('error', (error: NodeJS.ErrnoException) => {
      resolve({ failed: 'unavailable', reason: signal.aborted ? 'no answer in time' : (error.code ?? error.name) })
    })
    request.end(body)
  })
}

/** 4xx are about the event, except those by which a server says that it cannot take anything now. */
function judge(status: number): Delivery {
  if (status >= 200 && status < 300) return { taken: true }
  const reason = status >= 300 && status < 400 ? `redirect ${status} refused` : `status ${status}`
  const busy = [401, 403, 407, 408, 425, 429].includes(status)
  return { failed: status >= 400 && status < 500 && !busy ? 'refused' : 'unavailable', reason }
}
