import type { Secret } from '../base/secret.ts'
import type { Arrived, Reply } from '../http/listener.ts'
import type { Failure } from './credentials.ts'
import { jsonReply, textReply } from './local-request.ts'
import { showsToken } from './local-token.ts'
import { keyOf, type Question } from './server-values.ts'
import type { Fetched, ValueCache } from './value-cache.ts'
import { readAsked } from './values-query.ts'

export interface ValuesOptions {
  readonly token: Secret<string>
  readonly cache: ValueCache
  readonly ask: (question: Question) => Promise<Fetched>
  /** How many requests are answered at a time. */
  readonly mostAtOnce: number
}

const tokenHeaders = ['x-aws-parameters-secrets-token', 'x-vault-token']
const forHealthChecks = 2

/**
 * The local API of AWS's Secrets Manager Agent and its Lambda extension: values over HTTP, from memory where they are fresh.
 * Codes, texts and the order of the checks are those of aws-secretsmanager-agent (source, 2026).
 */
export function valuesApi(options: ValuesOptions): (request: Arrived) => Promise<Reply> {
  const { mostAtOnce } = options
  let atOnce = 0
  return async (request) => {
    const ping = request.path === '/ping'
    if (atOnce >= (ping ? mostAtOnce + forHealthChecks : mostAtOnce)) return textReply(429, 'Connection limit exceeded')
    atOnce++
    try {
      return refuseCaller(request, options, ping) ?? (ping ? textReply(200, 'healthy') : await answer(request, options))
    } finally {
      atOnce--
    }
  }
}

function refuseCaller({ header, method }: Arrived, { token }: ValuesOptions, ping: boolean): Reply | undefined {
  if (!ping) {
    if (header('x-forwarded-for') !== undefined) return textReply(400, 'Forwarded')
    const shown = tokenHeaders.some((name) => showsToken(header(name), token))
    if (!shown) return textReply(403, 'Bad Token')
  }
  return method === 'GET' ? undefined : textReply(405, 'Not allowed')
}

async function answer(request: Arrived, { cache, ask }: ValuesOptions): Promise<Reply> {
  const asked = readAsked(request)
  if (!asked) return textReply(404, 'Not found')
  if ('invalid' in asked) return textReply(400, asked.invalid)
  const { question, refreshNow } = asked
  const fetch = () => ask(question)
  const fetched = await (refreshNow ? cache.refresh(keyOf(question), fetch) : cache.get(keyOf(question), fetch))
  return 'value' in fetched ? jsonReply(200, fetched.value.reveal()) : failureReply(fetched)
}

function failureReply(failure: Failure): Reply {
  if ('refused' in failure) {
    const { status, code, message } = failure.refused
    return errorReply(status, code, message)
  }
  return failure.unavailable === 'timeout'
    ? errorReply(504, 'TimeoutError', 'Timeout')
    : errorReply(502, 'ConnectionError', 'Read Error')
}

function errorReply(status: number, code: string, message: string): Reply {
  return jsonReply(status, JSON.stringify({ __type: code, message }))
}
