import { cancel, type Due, plan } from '../../schedule/due.ts'
import type { Transaction } from '../../store/store.ts'
import type { OriginType, RotationType } from '../models/kms.ts'
import { arnOf } from './key.ts'
import { checkCustomer } from './key-policy.ts'
import { checkEnabled } from './key-state.ts'
import { notForThisKey, notPrimary, originNotValid } from './messages.ts'
import type { KeyRecord } from './records.ts'
import { dueId } from './deletion.ts'
import { findMaterial, newMaterial, putMaterial } from './material.ts'
import { assert } from '../../base/assert.ts'
import { keyTable } from './records.ts'
import { multiRegionTable } from './multi-region.ts'

export const rotationKind = 'kms-rotation'

const day = 86_400_000

/** The period of automatic rotation where none is asked for (API reference, EnableKeyRotation). */
export const defaultPeriodDays = 365
/** KMS quotas: on-demand rotations of one key. */
export const mostOnDemandRotations = 25

/** Throws unless the key is of a kind whose material is renewed, and in a state in which it may be. */
export function checkRotatable(record: KeyRecord, ...origins: readonly OriginType[]): void {
  checkCustomer(record)
  checkEnabled(record)
  if (record.spec !== 'SYMMETRIC_DEFAULT') throw notForThisKey()
  if (!origins.includes(record.origin)) throw originNotValid(arnOf(record), record.origin)
  if (record.multiRegion === 'REPLICA') throw notPrimary(arnOf(record))
}

/** Plans the next automatic rotation of a key, where it has one. */
export function planRotation(tx: Transaction, record: KeyRecord): void {
  if (record.rotation) plan(tx, rotationDue(record, record.rotation.nextAt))
}

export function cancelRotation(tx: Transaction, record: KeyRecord): void {
  if (record.rotation) cancel(tx, rotationDue(record, record.rotation.nextAt))
}

function rotationDue({ account, region, id }: KeyRecord, at: number): Due {
  return { at, kind: rotationKind, id: dueId(account, region, id) }
}

/** Gives a key whose material is made here a new one. What the older ones encrypted they go on decrypting. */
export async function rotate(
  tx: Transaction,
  record: KeyRecord,
  rotatedBy: RotationType,
  now: number,
): Promise<KeyRecord> {
  assert(
    record.material !== undefined && record.origin === 'AWS_KMS',
    'only material that is made here is renewed here',
  )
  const before = await findMaterial(tx, record, record.material)
  assert(before, 'the current material is there')
  const fresh = await newMaterial(record.spec, before.sequence + 1, now)
  putMaterial(tx, record, { ...fresh, rotatedBy, rotatedAt: now })
  const onDemand = (record.onDemandRotations ?? 0) + (rotatedBy === 'ON_DEMAND' ? 1 : 0)
  const rotated: KeyRecord = { ...record, material: fresh.id, ...(onDemand > 0 && { onDemandRotations: onDemand }) }
  keyTable.put(tx, rotated, record.account, record.region, record.id)
  if (record.multiRegion === 'PRIMARY') await renewReplicas(tx, rotated)
  return rotated
}

/** The regions of a multi-region key change to the new material in the same commit. */
async function renewReplicas(tx: Transaction, primary: KeyRecord): Promise<void> {
  const { account, id, material } = primary
  const related = await multiRegionTable.get(tx, account, id)
  for (const region of related?.replicas ?? []) {
    const replica = await keyTable.get(tx, account, region, id)
    if (replica && material !== undefined) keyTable.put(tx, { ...replica, material }, account, region, id)
  }
}

/** The automatic rotation after one that was due at `last`; the period does not drift with the delay of a worker. */
export function following(last: number, periodDays: number, now: number): number {
  const period = periodDays * day
  return Math.max(last + period, now + day)
}

export function firstRotation(now: number, periodDays: number): number {
  return now + periodDays * day
}
