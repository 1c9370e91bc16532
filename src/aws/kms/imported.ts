import { cancel, type Due, plan } from '../../schedule/due.ts'
import type { Transaction } from '../../store/store.ts'
import { dueId } from './deletion.ts'
import { arnOf } from './key.ts'
import { findMaterial, materialsOf, putMaterial } from './material.ts'
import { awaitingReplicas, noPendingMaterial } from './messages.ts'
import { multiRegionTable } from './multi-region.ts'
import { type Imported, type KeyRecord, keyTable, type MaterialRecord } from './records.ts'

export const expiryKind = 'kms-expiry'

/** Stores imported material and plans its expiry, in place of an earlier one of the same id. */
export async function putImported(tx: Transaction, record: KeyRecord, material: MaterialRecord): Promise<void> {
  await cancelExpiry(tx, record, material.id)
  putMaterial(tx, record, material)
  if (material.validTo !== undefined) plan(tx, expiryDue(record, material.id, material.validTo))
}

/** Destroys imported material; what remains of it is its id, under which the same bytes may come again. */
export async function dropImported(tx: Transaction, record: KeyRecord, materialId: string): Promise<void> {
  const material = await findMaterial(tx, record, materialId)
  if (!material) return
  await cancelExpiry(tx, record, materialId)
  const { secret: _destroyed, validTo: _ended, expirationModel: _model, ...kept } = material
  putMaterial(tx, record, kept)
}

export async function cancelExpiry(tx: Transaction, record: KeyRecord, materialId: string): Promise<void> {
  const before = await findMaterial(tx, record, materialId)
  if (before?.validTo !== undefined) cancel(tx, expiryDue(record, materialId, before.validTo))
}

function expiryDue({ account, region, id }: KeyRecord, materialId: string, at: number): Due {
  return { at, kind: expiryKind, id: `${dueId(account, region, id)}/${materialId}` }
}

/** Brings state and expiry of a key in line with the materials that it has now, after one came or went. */
export async function settleImported(tx: Transaction, record: KeyRecord): Promise<KeyRecord> {
  const { imported } = record
  if (!imported) return record
  const materials = (await materialsOf(tx, record)).filter(({ id }) => id !== imported.pendingRotation)
  const complete = materials.length > 0 && materials.every(({ secret }) => secret !== undefined)
  const { expirationModel: _model, validTo: _validTo, ...kept } = imported
  const settled: KeyRecord = {
    ...record,
    state: settledState(record, complete),
    imported: { ...kept, complete, ...expiryOf(materials) },
  }
  keyTable.put(tx, settled, record.account, record.region, record.id)
  return settled
}

function settledState({ state }: KeyRecord, complete: boolean): KeyRecord['state'] {
  if (state === 'PendingDeletion' || state === 'PendingReplicaDeletion') return state
  if (!complete) return 'PendingImport'
  return state === 'PendingImport' ? 'Enabled' : state
}

function expiryOf(materials: readonly MaterialRecord[]): Pick<Imported, 'expirationModel' | 'validTo'> {
  const there = materials.filter(({ secret }) => secret !== undefined)
  if (there.length === 0) return {}
  const ends = there.flatMap(({ validTo }) => validTo ?? [])
  if (ends.length === 0) return { expirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }
  return { expirationModel: 'KEY_MATERIAL_EXPIRES', validTo: Math.min(...ends) }
}

/** Makes the material that was imported for it the current one, in all regions of a multi-region key. */
export async function rotateImported(tx: Transaction, record: KeyRecord, now: number): Promise<void> {
  const pending = record.imported?.pendingRotation
  if (pending === undefined) throw noPendingMaterial(arnOf(record))
  const related = record.multiRegion ? await multiRegionTable.get(tx, record.account, record.id) : undefined
  const replicas = await Promise.all(
    (related?.replicas ?? []).map(async (region) => keyTable.get(tx, record.account, region, record.id)),
  )
  for (const key of [record, ...replicas]) {
    if (!key) continue
    const material = await findMaterial(tx, key, pending)
    if (material?.secret === undefined) throw awaitingReplicas(arnOf(record))
    putMaterial(tx, key, { ...material, rotatedBy: 'ON_DEMAND', rotatedAt: now })
    const { pendingRotation: _done, ...imported } = key.imported as Imported
    const onDemandRotations = (record.onDemandRotations ?? 0) + 1
    await settleImported(tx, { ...key, material: pending, onDemandRotations, imported })
  }
}
