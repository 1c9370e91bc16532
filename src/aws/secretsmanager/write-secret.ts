import { counter } from '../../store/counter.ts'
import { type Marks, marks } from '../../store/marks.ts'
import type { Transaction } from '../../store/store.ts'
import { isReplica, type SecretRecord, secrets, timeText, versions, versionsOf } from './records.ts'
import { dropRotation } from './rotation-state.ts'

/** The orders in which secrets are listed, besides that of their names. */
export type TimeOrder = 'created' | 'changed' | 'accessed'

/** Keys: account, region, time, name. */
const orders = {
  created: marks('secretsmanager/by-created'),
  changed: marks('secretsmanager/by-changed'),
  accessed: marks('secretsmanager/by-accessed'),
} as const

/**
 * Stands for a place in each order: that of secrets that were made at this time, and neither changed nor read since. Most secrets
 * are made many at a time and read or changed later, one by one.
 */
const untouched = marks('secretsmanager/untouched')

/**
 * Keys: account, region, name, time of creation. The names under a prefix are put in the order of their creation, which is the
 * one that lists are in unless told otherwise, without a look at the secrets.
 */
const names = marks('secretsmanager/by-name')

const timeOrders = Object.keys(orders) as readonly TimeOrder[]

/** How many secrets each account has in each region. */
export const secretCount = counter('secretsmanager/count')

/** More than any moment that a secret is made at. */
const firstRead = 1e15

/**
 * When a secret stands in an order. Those that were never read come before all others, as they were made: the rows of new secrets
 * then lie side by side in every order of times, and are written together.
 */
export function timeIn(order: TimeOrder, { createdAt, changedAt, accessedOn }: SecretRecord): number {
  if (order === 'created') return createdAt
  if (order === 'changed') return changedAt
  return accessedOn === undefined ? createdAt : firstRead + accessedOn
}

type Place = readonly [order: Marks, time: number]

function placesOf(secret: SecretRecord): readonly Place[] {
  const { createdAt, changedAt, accessedOn } = secret
  if (changedAt === createdAt && accessedOn === undefined) return [[untouched, createdAt]]
  return timeOrders.map((order) => [orders[order], timeIn(order, secret)])
}

function isAmong(places: readonly Place[], [order, time]: Place): boolean {
  return places.some((place) => place[0] === order && place[1] === time)
}

/** Writes a secret and its place in every order, by name too. `before` is the record that it replaces. */
export function writeSecret(tx: Transaction, before: SecretRecord | undefined, after: SecretRecord): void {
  const { account, region, name } = after
  secrets.put(tx, after, account, region, name)
  const old = before ? placesOf(before) : []
  const places = placesOf(after)
  for (const place of old) if (!isAmong(places, place)) leave(tx, after, place)
  for (const place of places) {
    const [order, time] = place
    if (!isAmong(old, place)) order.put(tx, account, region, timeText(time), name)
  }
  if (before?.createdAt === after.createdAt) return
  if (before) names.delete(tx, account, region, name, timeText(before.createdAt))
  names.put(tx, account, region, name, timeText(after.createdAt))
}

function leave(tx: Transaction, { account, region, name }: SecretRecord, [order, time]: Place): void {
  order.delete(tx, account, region, timeText(time), name)
}

const deletionPage = 200

/** Takes a secret away with all its versions. Whoever writes a version reads the secret, so none can appear meanwhile. */
export async function removeSecret(tx: Transaction, secret: SecretRecord): Promise<void> {
  const { account, region, name } = secret
  secrets.delete(tx, account, region, name)
  for (const place of placesOf(secret)) leave(tx, secret, place)
  names.delete(tx, account, region, name, timeText(secret.createdAt))
  await secretCount.add(tx, [account, region], name, -1)
  if (secret.rotation && !isReplica(secret)) await dropRotation(tx, secret)
  for (;;) {
    const rows = await versions.range(tx, { under: versionsOf(secret), limit: deletionPage })
    for (const { segments } of rows) versions.delete(tx, ...segments)
    if (rows.length < deletionPage) return
  }
}

/** Where a secret stands in an order. */
export interface Position {
  readonly time: number
  readonly name: string
}

interface Range {
  readonly account: string
  readonly region: string
  readonly limit: number
  readonly reverse: boolean
}

/** The next secrets in the order of a time, from behind a position. */
export async function readOrder(
  tx: Transaction,
  order: TimeOrder,
  { account, region, limit, reverse, after }: Range & { readonly after?: Position | undefined },
): Promise<readonly Position[]> {
  const last = after && { after: [account, region, timeText(after.time), after.name] }
  const range = { under: [account, region], ...last, limit, reverse }
  const rows = [...(await orders[order].range(tx, range)), ...(await untouched.range(tx, range))]
  const direction = reverse ? -1 : 1
  return rows
    .map(([, , time, name]) => ({ time: Number(time), name: name as string }))
    .sort((a, b) => comparePositions(a, b) * direction)
    .slice(0, limit)
}

/** By time, and of one time by name. */
export function comparePositions(a: Position, b: Position): number {
  if (a.time !== b.time) return a.time - b.time
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}

/** The next secrets whose names begin so, from behind a name, in the order of names; `time` is that of their creation. */
export async function readNames(
  tx: Transaction,
  prefix: string,
  { account, region, limit, reverse, after }: Range & { readonly after?: string | undefined },
): Promise<readonly Position[]> {
  const last = after !== undefined && { after: [account, region, after] }
  const rows = await names.range(tx, { under: [account, region], prefix, ...last, limit, reverse })
  return rows.map(([, , name, time]) => ({ time: Number(time), name: name as string }))
}
