import type { ListRequest } from '../models/rolesanywhere.ts'
import type { Context } from '../operation.ts'
import { openToken, sealToken } from '../page-token.ts'
import type { Kind } from './kind.ts'
import { invalidPageSize, invalidToken } from './messages.ts'
import type { AnyRecord } from './records.ts'

const mostOnPage = 100

/** One page of a kind of resource, in the order of ids. The token names the last one shown. */
export async function pageOf<R extends AnyRecord>(
  kind: Kind<R>,
  { nextToken, pageSize = mostOnPage }: ListRequest,
  { tx, call }: Context,
): Promise<{ readonly records: readonly R[]; readonly nextToken: string | undefined }> {
  if (pageSize < 1 || pageSize > mostOnPage) throw invalidPageSize()
  const { account } = call.caller
  const scope = { operation: `rolesanywhere:${kind.noun}`, account, region: call.region }
  const under = [account, call.region]
  const opened = nextToken === undefined ? undefined : await openToken(tx, scope, nextToken)
  if (nextToken !== undefined && typeof opened?.state !== 'string') throw invalidToken()
  const after = opened && { after: [...under, opened.state as string] }
  const rows = await kind.table.range(tx, { under, limit: pageSize + 1, ...after })
  const records = rows.slice(0, pageSize).map(({ record }) => record)
  const last = rows.length > pageSize ? records.at(-1)?.id : undefined
  return { records, nextToken: last === undefined ? undefined : await sealToken(tx, scope, last) }
}
