import type { Row } from '../../store/table.ts'
import type { Finding } from '../operation.ts'
import { openToken, sealToken } from '../page-token.ts'
import { invalidMarker } from './messages.ts'

/** Lambda answers at most so many entries of a list, whatever is asked for. */
const longestPage = 50

export interface Listing {
  readonly operation: string
  /** What must be the same in the call for the next page. */
  readonly parameters: unknown
  readonly marker: string | undefined
  readonly maximum: number | undefined
}

/** One page of rows, and the marker of the next; a list goes on after the key of the last entry. */
export async function pageOf<R>(
  { operation, parameters, marker, maximum = longestPage }: Listing,
  { tx, call }: Finding,
  range: (part: { readonly after?: readonly string[]; readonly limit: number }) => Promise<readonly Row<R>[]>,
): Promise<{ readonly records: readonly R[]; readonly NextMarker?: string }> {
  const scope = { operation: `lambda:${operation}`, account: call.caller.account, region: call.region, parameters }
  const opened = marker === undefined || marker === '' ? undefined : await openToken(tx, scope, marker)
  if (marker && !opened) throw invalidMarker()
  const size = Math.min(maximum, longestPage)
  const rows = await range({ limit: size + 1, ...(opened && { after: opened.state as readonly string[] }) })
  const records = rows.slice(0, size)
  if (rows.length <= size) return { records: records.map(({ record }) => record) }
  const NextMarker = await sealToken(tx, scope, records.at(-1)?.segments)
  return { records: records.map(({ record }) => record), NextMarker }
}
