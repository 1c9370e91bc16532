import { openToken, type PageScope, sealToken } from '../page-token.ts'
import type { Context } from '../operation.ts'
import { invalidMarker } from './messages.ts'

/** Which list a page belongs to: a marker continues this one and no other. */
export interface Listing {
  readonly operation: string
  /** The parameters that choose what is listed. */
  readonly of?: readonly (string | null)[]
}

/** The members that end a page, as KMS has them. */
interface PageEnd {
  readonly Truncated: boolean
  readonly NextMarker?: string
}

/**
 * One page out of entries of which one more than `limit` was read. The marker says behind which key the next one begins, so
 * that nothing is skipped or repeated when entries come and go.
 */
export async function pageOf<T>(
  listing: Listing,
  context: Context,
  entries: readonly T[],
  limit: number,
  keyOf: (entry: T) => string,
): Promise<{ readonly entries: readonly T[]; readonly end: PageEnd }> {
  if (entries.length <= limit) return { entries, end: { Truncated: false } }
  const page = entries.slice(0, limit)
  const marker = await sealToken(context.tx, scopeOf(listing, context), keyOf(page.at(-1) as T))
  return { entries: page, end: { Truncated: true, NextMarker: marker } }
}

/** The key of the last entry of the page before, or nothing for the first page. */
export async function readMarker(
  listing: Listing,
  context: Context,
  marker: string | undefined,
): Promise<string | undefined> {
  if (marker === undefined) return undefined
  const opened = await openToken(context.tx, scopeOf(listing, context), marker)
  if (typeof opened?.state !== 'string') throw invalidMarker()
  return opened.state
}

function scopeOf({ operation, of = [] }: Listing, { call }: Context): PageScope {
  return { operation: `kms:${operation}`, account: call.caller.account, region: call.region, parameters: of }
}
