import type { KeyObject } from 'node:crypto'
import { uuid } from '../base/ids.ts'
import { signatureHeaders } from '../events/webhook.ts'
import { post, readErrorBody } from './post.ts'
import { type RemoteRotator, stepDone, stepFailed } from './rotator.ts'

export interface WebhookRotatorOptions {
  /** `https:`, or `http:` to a loopback address. */
  readonly url: URL
  readonly key: KeyObject
  /** Certificate authorities in PEM, in place of the system's. */
  readonly ca?: string | undefined
  /** For one whole step. */
  readonly timeoutMilliseconds: number
  /** Real milliseconds since 1970. */
  readonly now: () => number
}

/**
 * Posts each step to an endpoint, as a function of Lambda would be given it, signed as events are. An answer 2xx means that the step is
 * done; any other one that it failed, for the `errorType` and `errorMessage` in it if there are.
 */
export function webhookRotator(options: WebhookRotatorOptions): RemoteRotator {
  const { url, key, ca, timeoutMilliseconds, now } = options
  return {
    async invoke(event) {
      const body = JSON.stringify(event)
      const headers = {
        ...signatureHeaders(key, uuid(), Math.floor(now() / 1000), body),
        'Content-Type': 'application/json',
        'User-Agent': 'Keyturn',
      }
      const answer = await post({ url, headers, body, ca, timeoutMilliseconds })
      if ('failed' in answer) return stepFailed(`Webhook.${answer.failed}`)
      if (answer.status >= 200 && answer.status < 300) return stepDone
      const { type, detail } = readErrorBody(answer.body)
      return stepFailed(type ?? `Webhook.Status${answer.status}`, detail)
    },
  }
}
