import type { Transaction } from '../../store/store.ts'
import { cancelExpiry, settleImported } from './imported.ts'
import { findMaterial, materialsOf, putMaterial } from './material.ts'
import { multiRegionTable } from './multi-region.ts'
import {
  type Imported,
  type KeyRecord,
  keyTable,
  type MaterialRecord,
  materialScope,
  materialTable,
} from './records.ts'

// The keys of one multi-region key share the material that is made here as it is. Imported material has to be imported into
// each of them; what they share is which materials there are, so that each knows what it lacks.

/** Tells a new replica which materials its primary has. */
export async function shareMaterials(tx: Transaction, primary: KeyRecord, replica: KeyRecord): Promise<void> {
  if (!primary.imported) return
  for (const material of await materialsOf(tx, primary)) putMaterial(tx, replica, withoutSecret(material))
}

/** Tells all replicas of a material that was imported into their primary. */
export async function announceMaterial(
  tx: Transaction,
  primary: KeyRecord,
  { material, pending }: { readonly material: MaterialRecord; readonly pending: boolean },
): Promise<void> {
  for (const replica of await replicasOf(tx, primary)) {
    if (!(await findMaterial(tx, replica, material.id))) putMaterial(tx, replica, withoutSecret(material))
    const imported: Imported = { ...(replica.imported as Imported), ...(pending && { pendingRotation: material.id }) }
    const current = replica.material ?? (pending ? undefined : material.id)
    await settleImported(tx, { ...replica, imported, ...(current !== undefined && { material: current }) })
  }
}

/** Takes a material that waited for a rotation from a key, and from the replicas of a primary. */
export async function withdrawMaterial(tx: Transaction, record: KeyRecord, materialId: string): Promise<void> {
  const replicas = record.multiRegion === 'PRIMARY' ? await replicasOf(tx, record) : []
  for (const key of [record, ...replicas]) {
    await cancelExpiry(tx, key, materialId)
    materialTable.delete(tx, key.account, materialScope(key), key.id, materialId)
    const { pendingRotation: _withdrawn, ...imported } = key.imported as Imported
    await settleImported(tx, { ...key, imported })
  }
}

async function replicasOf(tx: Transaction, { account, id, multiRegion }: KeyRecord): Promise<readonly KeyRecord[]> {
  if (multiRegion !== 'PRIMARY') return []
  const related = await multiRegionTable.get(tx, account, id)
  const found = await keyTable.getAll(
    tx,
    (related?.replicas ?? []).map((region) => [account, region, id]),
  )
  return found.filter((replica) => replica !== undefined)
}

function withoutSecret(material: MaterialRecord): MaterialRecord {
  const { secret: _secret, validTo: _validTo, expirationModel: _model, ...shared } = material
  return shared
}
