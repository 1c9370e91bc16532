import type { Transaction } from '../../store/store.ts'
import { fitsAll, namePrefixes, type SecretFilter } from './filters.ts'
import { type SecretRecord, secrets } from './records.ts'
import { readOrder, type TimeOrder, timeIn } from './write-secret.ts'

/** Where a page ended: at the last secret that was looked at. `time` is 0 in the order of names. */
export interface Position {
  readonly time: number
  readonly name: string
}

export interface ListRequest {
  readonly account: string
  readonly region: string
  readonly filters: readonly SecretFilter[]
  readonly order: TimeOrder | 'name'
  readonly reverse: boolean
  readonly limit: number
  /** Whether secrets that are marked for deletion are listed too. */
  readonly withDeleted: boolean
  readonly after?: Position | undefined
}

export interface ListPage {
  readonly secrets: readonly SecretRecord[]
  /** Absent on the last page. */
  readonly next?: Position | undefined
}

/** How many secrets one call looks at before it answers what it has. */
const mostScanned = 2_000
/** How many names under a prefix are few, and how far to look along an order for the names under many. */
const fewNames = 250
const glance = 500
/** Longer than the ranges that the store keeps in its cache, where scans have no place. */
const chunk = 500

/**
 * One page of secrets. It costs as much as the page where nothing is filtered; filters may make it shorter than asked for, or
 * empty, with more to come. Pages go on behind the last secret looked at, so changes between them skip or repeat none that
 * kept its place.
 */
export function listPage(tx: Transaction, request: ListRequest): Promise<ListPage> {
  if (request.order === 'name') return listByName(tx, request)
  if (namePrefixes(request.filters).includes('')) return walkOrder(tx, request, request.order, mostScanned)
  return listPrefixByTime(tx, request, request.order)
}

function matches(request: ListRequest, secret: SecretRecord): boolean {
  return (request.withDeleted || !secret.deletion) && fitsAll(secret, request.filters)
}

async function listByName(tx: Transaction, request: ListRequest): Promise<ListPage> {
  const found: SecretRecord[] = []
  let last: string | undefined
  for await (const secret of walkNames(tx, request, request.limit + 1, mostScanned)) {
    if (secret === 'exhausted') return { secrets: found, next: at(last) }
    if (matches(request, secret)) {
      if (found.length === request.limit) return { secrets: found, next: at(last) }
      found.push(secret)
    }
    last = secret.name
  }
  return { secrets: found }
}

function at(name: string | undefined): Position | undefined {
  return name === undefined ? undefined : { time: 0, name }
}

/** Secrets by name under the prefixes that filters ask for; ends with `exhausted` where more would be too many. */
async function* walkNames(
  tx: Transaction,
  { account, region, filters, reverse, after }: ListRequest,
  first: number,
  most: number,
): AsyncGenerator<SecretRecord | 'exhausted'> {
  const prefixes = namePrefixes(filters)
  let left = most
  let name = after?.name
  for (const prefix of reverse ? prefixes.toReversed() : prefixes) {
    for (let limit = Math.min(first, chunk); ; limit = chunk) {
      if (left === 0) {
        yield 'exhausted'
        return
      }
      const asked = Math.min(limit, left)
      const from = name === undefined ? {} : { after: [account, region, name] }
      const rows = await secrets.range(tx, { under: [account, region], prefix, ...from, limit: asked, reverse })
      for (const { record } of rows) {
        yield record
        name = record.name
      }
      left -= rows.length
      if (rows.length < asked) break
    }
  }
}

/** Few names are sorted; many are met soon along the order; for what is between, whichever way gets to an end. */
async function listPrefixByTime(tx: Transaction, request: ListRequest, order: TimeOrder): Promise<ListPage> {
  const few = await collectByPrefix(tx, request, fewNames)
  if (few) return pageOf(few, request, order)
  const met = await walkOrder(tx, request, order, glance)
  if (met.secrets.length === request.limit || met.next === undefined) return met
  const candidates = await collectByPrefix(tx, request, mostScanned)
  return candidates ? pageOf(candidates, request, order) : walkOrder(tx, request, order, mostScanned)
}

/** All secrets under the prefixes that filters ask for, where they are few. */
async function collectByPrefix(
  tx: Transaction,
  request: ListRequest,
  most: number,
): Promise<SecretRecord[] | undefined> {
  const candidates: SecretRecord[] = []
  for await (const secret of walkNames(tx, { ...request, reverse: false, after: undefined }, fewNames, most)) {
    if (secret === 'exhausted') return undefined
    if (matches(request, secret)) candidates.push(secret)
  }
  return candidates
}

function pageOf(candidates: readonly SecretRecord[], request: ListRequest, order: TimeOrder): ListPage {
  const { after, limit, reverse } = request
  const place = (secret: SecretRecord): Position => ({ time: timeIn(order, secret), name: secret.name })
  const sorted = candidates
    .map((secret) => ({ secret, position: place(secret) }))
    .filter(({ position }) => !after || compare(position, after) * (reverse ? -1 : 1) > 0)
    .sort((a, b) => compare(a.position, b.position) * (reverse ? -1 : 1))
  const page = sorted.slice(0, limit)
  return { secrets: page.map(({ secret }) => secret), next: sorted.length > limit ? page.at(-1)?.position : undefined }
}

function compare(a: Position, b: Position): number {
  if (a.time !== b.time) return a.time - b.time
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}

async function walkOrder(tx: Transaction, request: ListRequest, order: TimeOrder, most: number): Promise<ListPage> {
  const { account, region, limit, reverse } = request
  const found: SecretRecord[] = []
  let position = request.after
  let left = most
  for (let asked = Math.min(limit + 1, chunk); left > 0; asked = Math.min(chunk, left)) {
    const rows = await readOrder(tx, order, account, region, { after: position, limit: asked, reverse })
    const records = await secrets.getAll(
      tx,
      rows.map(({ name }) => [account, region, name]),
    )
    for (const [index, row] of rows.entries()) {
      const secret = records[index]
      if (secret && matches(request, secret)) {
        if (found.length === limit) return { secrets: found, next: position }
        found.push(secret)
      }
      position = row
    }
    left -= rows.length
    if (rows.length < asked) return { secrets: found }
  }
  return { secrets: found, next: position }
}
