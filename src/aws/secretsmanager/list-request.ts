import type { Filter, ListSecretsRequest } from '../models/secretsmanager.ts'
import type { Context } from '../operation.ts'
import { openToken, type PageScope, sealToken } from '../page-token.ts'
import type { SecretFilter } from './filters.ts'
import { type ListPage, type ListRequest, listPage } from './listing.ts'
import { filterIncomplete, invalidNextToken } from './messages.ts'
import type { Position } from './write-secret.ts'

/** What `ListSecrets` and `BatchGetSecretValue` ask for alike. */
export type Listed = Pick<
  ListSecretsRequest,
  'Filters' | 'SortBy' | 'SortOrder' | 'IncludePlannedDeletion' | 'MaxResults' | 'NextToken'
>

const orders = {
  'created-date': 'created',
  'last-changed-date': 'changed',
  'last-accessed-date': 'accessed',
  name: 'name',
} as const satisfies Record<string, ListRequest['order']>

/** One page of the caller's secrets, and the token for the next. */
export async function listSecretsPage(
  context: Context,
  operation: string,
  input: Listed,
  defaultLimit: number,
): Promise<{ readonly secrets: ListPage['secrets']; readonly token: string | undefined }> {
  const { tx, call } = context
  const { Filters, SortBy = 'created-date', SortOrder = 'asc', IncludePlannedDeletion = false } = input
  const scope: PageScope = {
    operation,
    account: call.caller.account,
    region: call.region,
    parameters: [Filters ?? [], SortBy, SortOrder, IncludePlannedDeletion],
  }
  const { secrets, next } = await listPage(tx, {
    account: call.caller.account,
    region: call.region,
    filters: readFilters(Filters),
    order: orders[SortBy],
    reverse: SortOrder === 'desc',
    limit: input.MaxResults ?? defaultLimit,
    withDeleted: IncludePlannedDeletion,
    after: await readPosition(context, scope, input.NextToken),
  })
  return { secrets, token: next && (await sealToken(tx, scope, next)) }
}

async function readPosition(
  { tx }: Context,
  scope: PageScope,
  token: string | undefined,
): Promise<Position | undefined> {
  if (token === undefined) return undefined
  const opened = await openToken(tx, scope, token)
  if (!opened) throw invalidNextToken()
  return opened.state as Position
}

function readFilters(filters: readonly Filter[] | undefined): readonly SecretFilter[] {
  return (filters ?? []).map(({ Key: key, Values: values }) => {
    if (key === undefined || values === undefined || values.length === 0) throw filterIncomplete()
    return { key, values }
  })
}
