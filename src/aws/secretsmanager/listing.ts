import type { Transaction } from '../../store/store.ts'
import { fitsAll, nameFits, namePrefixes, type SecretFilter } from './filters.ts'
import { type SecretRecord, secrets } from './records.ts'
import { comparePositions, type Position, readNames, readOrder, type TimeOrder, timeIn } from './write-secret.ts'

export interface ListRequest {
  readonly account: string
  readonly region: string
  readonly filters: readonly SecretFilter[]
  readonly order: TimeOrder | 'name'
  readonly reverse: boolean
  readonly limit: number
  /** Whether secrets that are marked for deletion are listed too. */
  readonly withDeleted: boolean
  /** Where the page before ended: at the last secret that was looked at. `time` does not matter in the order of names. */
  readonly after?: Position | undefined
}

export interface ListPage {
  readonly secrets: readonly SecretRecord[]
  /** Absent on the last page. */
  readonly next?: Position | undefined
}

/** Where the next secrets stand behind a position, in the order asked for; fewer than `limit` at its end only. */
type Walk = (after: Position | undefined, limit: number) => readonly Position[] | Promise<readonly Position[]>

/** How many secrets one call reads, and how many it steps over by their name, before it answers what it has. */
const mostRead = 2_000
const mostSteps = 5_000
/** How many names under a prefix are few, and how far to look along an order for the names under many. */
const fewNames = 250
const glance = 500
const chunk = 500

/**
 * One page of secrets. Where they stand is told by keys alone; read are those of the page, and those that filters of other things
 * than names leave out. Filters may make it shorter than asked for, or empty, with more to come. Pages go on behind the last
 * secret looked at, so changes between them skip or repeat none that kept its place.
 */
export async function listPage(tx: Transaction, request: ListRequest): Promise<ListPage> {
  const { order } = request
  if (order === 'name') return takePage(tx, request, alongNames(tx, request))
  const along: Walk = (after, limit) => readOrder(tx, order, { ...request, after, limit })
  if (namePrefixes(request.filters).includes('')) return takePage(tx, request, along)
  const few = await sortedNames(tx, request, order, fewNames)
  if (few) return takePage(tx, request, few)
  // Many names are met soon along the order; for what is between, whichever way gets to an end.
  const met = await takePage(tx, request, along, glance)
  if (met.secrets.length === request.limit || met.next === undefined) return met
  const sorted = await sortedNames(tx, request, order, order === 'created' ? mostSteps : mostRead)
  return takePage(tx, request, sorted ?? along)
}

async function takePage(tx: Transaction, request: ListRequest, walk: Walk, most = mostSteps): Promise<ListPage> {
  const { account, region, filters, limit } = request
  const found: SecretRecord[] = []
  let position = request.after
  let steps = most
  let reads = mostRead
  for (let asked = limit + 1; steps > 0 && reads > 0; asked = Math.min(2 * asked, chunk)) {
    const wanted = Math.min(asked, steps, reads)
    const places = await walk(position, wanted)
    const named = places.filter(({ name }) => nameFits(name, filters))
    const rows = named.map(({ name }) => [account, region, name])
    const records = rows.length > 0 ? await secrets.getAll(tx, rows) : []
    for (const [index, place] of named.entries()) {
      const secret = records[index]
      if (secret && matches(request, secret)) {
        if (found.length === limit) return { secrets: found, next: position }
        found.push(secret)
      }
      position = place
    }
    position = places.at(-1) ?? position
    steps -= places.length
    reads -= named.length
    if (places.length < wanted) return { secrets: found }
  }
  return { secrets: found, next: position }
}

function matches(request: ListRequest, secret: SecretRecord): boolean {
  return (request.withDeleted || !secret.deletion) && fitsAll(secret, request.filters)
}

/** The secrets under the prefixes that filters ask for, in the order of their names. */
function alongNames(tx: Transaction, request: ListRequest): Walk {
  const prefixes = namePrefixes(request.filters)
  const inOrder = request.reverse ? prefixes.toReversed() : prefixes
  return async (after, limit) => {
    const found: Position[] = []
    for (const prefix of inOrder) {
      if (found.length === limit) break
      const range = { ...request, after: after?.name, limit: limit - found.length }
      found.push(...(await readNames(tx, prefix, range)))
    }
    return found
  }
}

/** The same in the order of a time; nothing where they are more than `most`. */
async function sortedNames(
  tx: Transaction,
  request: ListRequest,
  order: TimeOrder,
  most: number,
): Promise<Walk | undefined> {
  const named = await alongNames(tx, { ...request, reverse: false })(undefined, most + 1)
  if (named.length > most) return undefined
  const direction = request.reverse ? -1 : 1
  const places = [...(order === 'created' ? named : await placesOf(tx, request, order, named))]
  const sorted = places.sort((a, b) => comparePositions(a, b) * direction)
  return (after, limit) => {
    const first = after ? sorted.findIndex((place) => comparePositions(place, after) * direction > 0) : 0
    return first < 0 ? [] : sorted.slice(first, first + limit)
  }
}

async function placesOf(
  tx: Transaction,
  { account, region }: ListRequest,
  order: TimeOrder,
  named: readonly Position[],
): Promise<readonly Position[]> {
  const rows = named.map(({ name }) => [account, region, name])
  const records = await secrets.getAll(tx, rows)
  return records.flatMap((secret) => (secret ? [{ time: timeIn(order, secret), name: secret.name }] : []))
}
