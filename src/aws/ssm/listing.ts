import type { Transaction } from '../../store/store.ts'
import type { Row } from '../../store/table.ts'
import { fitsAll, type ParameterFilter } from './filters.ts'
import { pathOf } from './parameter.ts'
import { parameterKey, type ParameterRecord, parameters } from './records.ts'

/** Rows that lie together: those under some segments whose next segment begins so. */
export interface Span {
  readonly under: readonly string[]
  readonly prefix: string
}

export interface ListRequest {
  readonly account: string
  readonly region: string
  readonly spans: readonly Span[]
  readonly filters: readonly ParameterFilter[]
  readonly limit: number
  /** The path of the last parameter that was looked at. */
  readonly after: string | undefined
}

export interface ListPage {
  readonly parameters: readonly ParameterRecord[]
  /** Absent on the last page. */
  readonly next?: string | undefined
}

/** How many parameters one call looks at before it answers what it has. */
const mostScanned = 1_000
const chunk = 250

/** All that is below a path, or what is one level below it. */
export function spanBelow(path: string, recursive: boolean): Span {
  const levels = path.split('/').filter((level) => level !== '')
  return { under: recursive ? levels : [...levels, ''], prefix: '' }
}

/** Where parameters are whose names begin with a text: on its last level, and below the levels that begin so. */
export function spansBeginning(start: string): readonly Span[] {
  const levels = start.slice(1).split('/')
  const prefix = levels.pop() as string
  if (prefix === '') return [{ under: levels, prefix: '' }]
  return [
    { under: [...levels, ''], prefix },
    { under: levels, prefix },
  ]
}

/** The paths of all that can fit, where the filters name them. */
function pathsOf(filters: readonly ParameterFilter[]): readonly string[] | undefined {
  return filters.find(({ key, option }) => key === 'Name' && option === 'Equals')?.values
}

/** The spans outside of which nothing can fit the filters. */
export function spansOf(filters: readonly ParameterFilter[]): readonly Span[] {
  const path = filters.find(({ key }) => key === 'Path')
  if (path) return path.values.map((value) => spanBelow(value, path.option === 'Recursive'))
  const name = filters.find(({ key, option }) => key === 'Name' && option !== 'Contains')
  return name ? name.values.flatMap(spansBeginning) : [{ under: [], prefix: '' }]
}

/**
 * One page of parameters in the order of the hierarchy. It costs as much as the page where nothing is filtered, however many
 * parameters there are elsewhere; filters may make it shorter than asked for, or empty, with more to come. Pages go on
 * behind the last parameter looked at, so changes between them skip or repeat none.
 */
export async function listPage(tx: Transaction, request: ListRequest): Promise<ListPage> {
  const paths = pathsOf(request.filters)
  if (paths) return listNamed(tx, request, paths)
  const found: ParameterRecord[] = []
  let last = request.after
  for await (const rows of walk(tx, request)) {
    if (rows === 'exhausted') return { parameters: found, next: last }
    for (const { record } of rows) {
      if (fitsAll(record, request.filters)) {
        if (found.length === request.limit) return { parameters: found, next: last }
        found.push(record)
      }
      last = pathOf(record)
    }
  }
  return { parameters: found }
}

async function listNamed(tx: Transaction, request: ListRequest, paths: readonly string[]): Promise<ListPage> {
  const { account, region, filters, limit, after = '' } = request
  const sorted = [...new Set(paths)].sort().filter((path) => path > after)
  const rows = await parameters.getAll(
    tx,
    sorted.map((path) => parameterKey(account, region, path)),
  )
  const found = rows.filter((row) => row !== undefined).filter((row) => fitsAll(row, filters))
  const page = found.slice(0, limit)
  const last = page.at(-1)
  return { parameters: page, next: found.length > limit && last ? pathOf(last) : undefined }
}

/** The parameters of all spans in order, in portions; ends with `exhausted` where more would be too many. */
async function* walk(
  tx: Transaction,
  { account, region, spans, limit, after }: ListRequest,
): AsyncGenerator<readonly Row<ParameterRecord>[] | 'exhausted'> {
  let left = mostScanned
  let last = after
  for (const { under, prefix } of disjoint(spans)) {
    for (let size = Math.min(limit + 1, chunk); ; size = chunk) {
      if (left === 0) {
        yield 'exhausted'
        return
      }
      const asked = Math.min(size, left)
      const from = last === undefined ? {} : { after: parameterKey(account, region, last) }
      const rows = await parameters.range(tx, { under: [account, region, ...under], prefix, ...from, limit: asked })
      yield rows
      const furthest = rows.at(-1)
      if (furthest) last = pathOf(furthest.record)
      left -= rows.length
      if (rows.length < asked) break
    }
  }
}

/** Spans in the order of their keys, without those that lie in another. */
function disjoint(spans: readonly Span[]): readonly Span[] {
  const placed = spans
    .map((span) => ({ span, from: parameters.key(...span.under, span.prefix) as string }))
    .sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))
  const kept: typeof placed = []
  for (const candidate of placed) {
    const outer = kept.at(-1)
    if (!outer || !candidate.from.startsWith(outer.from)) kept.push(candidate)
  }
  return kept.map(({ span }) => span)
}
