import type { Context } from '../operation.ts'
import { openToken, type PageScope, sealToken } from '../page-token.ts'
import { invalidNextToken } from './messages.ts'
import type { ParameterFilter } from './filters.ts'
import { listPage, type Span } from './listing.ts'
import { hereOf } from './name.ts'
import type { ParameterRecord } from './records.ts'

export interface PageRequest {
  readonly spans: readonly Span[]
  readonly filters: readonly ParameterFilter[]
  readonly limit: number
  readonly token: string | undefined
}

/** One page of the caller's parameters, and the token for the next; `parameters` of the scope are what the token is bound to. */
export async function readPage(
  context: Context,
  scope: Pick<PageScope, 'operation' | 'parameters'>,
  { spans, filters, limit, token }: PageRequest,
): Promise<{ readonly parameters: readonly ParameterRecord[]; readonly token: string | undefined }> {
  const { tx, call } = context
  const here = hereOf(call)
  const bound: PageScope = { ...scope, ...here }
  const after = token === undefined ? undefined : await readPosition(context, bound, token)
  const { parameters, next } = await listPage(tx, { ...here, spans, filters, limit, after })
  return { parameters, token: next === undefined ? undefined : await sealToken(tx, bound, next) }
}

async function readPosition({ tx }: Context, scope: PageScope, token: string): Promise<string> {
  const opened = await openToken(tx, scope, token)
  if (!opened) throw invalidNextToken()
  return opened.state as string
}
