import { counter } from '../../store/counter.ts'
import type { Transaction } from '../../store/store.ts'
import { table } from '../../store/table.ts'
import { isReplica, type SecretRecord, secrets, versions, versionsOf } from './records.ts'
import { dropRotation } from './rotation-state.ts'

/** The orders in which secrets are listed, besides that of their names. */
export type TimeOrder = 'created' | 'changed' | 'accessed'

interface OrderRow {
  readonly name: string
}

/** Keys: account, region, time, name. */
const orders = {
  created: table<OrderRow>({ name: 'secretsmanager/by-created', version: 1 }),
  changed: table<OrderRow>({ name: 'secretsmanager/by-changed', version: 1 }),
  accessed: table<OrderRow>({ name: 'secretsmanager/by-accessed', version: 1 }),
} as const

const timeOrders = Object.keys(orders) as readonly TimeOrder[]

/** How many secrets each account has in each region. */
export const secretCount = counter('secretsmanager/count')

/** When a secret stands in an order; one that was never read comes before all others. */
export function timeIn(order: TimeOrder, secret: SecretRecord): number {
  if (order === 'created') return secret.createdAt
  return order === 'changed' ? secret.changedAt : (secret.accessedOn ?? 0)
}

export function timeText(time: number): string {
  return String(time).padStart(16, '0')
}

/** Writes a secret and its place in every order. `before` is the record that it replaces. */
export function writeSecret(tx: Transaction, before: SecretRecord | undefined, after: SecretRecord): void {
  const { account, region, name } = after
  secrets.put(tx, after, account, region, name)
  for (const order of timeOrders) {
    const time = timeIn(order, after)
    const old = before && timeIn(order, before)
    if (old === time) continue
    if (old !== undefined) orders[order].delete(tx, account, region, timeText(old), name)
    orders[order].put(tx, { name }, account, region, timeText(time), name)
  }
}

const deletionPage = 200

/** Takes a secret away with all its versions. Whoever writes a version reads the secret, so none can appear meanwhile. */
export async function removeSecret(tx: Transaction, secret: SecretRecord): Promise<void> {
  const { account, region, name } = secret
  secrets.delete(tx, account, region, name)
  for (const order of timeOrders) {
    orders[order].delete(tx, account, region, timeText(timeIn(order, secret)), name)
  }
  await secretCount.add(tx, [account, region], name, -1)
  if (secret.rotation && !isReplica(secret)) await dropRotation(tx, secret)
  for (;;) {
    const rows = await versions.range(tx, { under: versionsOf(secret), limit: deletionPage })
    for (const { segments } of rows) versions.delete(tx, ...segments)
    if (rows.length < deletionPage) return
  }
}

export interface OrderPosition {
  readonly time: number
  readonly name: string
}

export interface OrderRange {
  readonly after?: OrderPosition | undefined
  readonly limit: number
  readonly reverse: boolean
}

/** The names of secrets in the order of a time, from a position on. */
export async function readOrder(
  tx: Transaction,
  order: TimeOrder,
  account: string,
  region: string,
  { after, limit, reverse }: OrderRange,
): Promise<readonly OrderPosition[]> {
  const rows = await orders[order].range(tx, {
    under: [account, region],
    ...(after && { after: [account, region, timeText(after.time), after.name] }),
    limit,
    reverse,
  })
  return rows.map(({ segments, record }) => ({ time: Number(segments[2]), name: record.name }))
}
