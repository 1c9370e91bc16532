import type { RotationsListEntry } from '../models/kms.ts'
import { ownKey } from './find-key.ts'
import { pageOf, readMarker } from './marker.ts'
import { materialsOf } from './material.ts'
import { notForThisKey } from './messages.ts'
import { operation } from './operation.ts'
import type { KeyRecord, MaterialRecord } from './records.ts'

/** The materials that a key got by rotation, the oldest first; on request all that it has. */
export const listKeyRotations = operation('ListKeyRotations', {
  on: ownKey,
  async handle(input, record, context) {
    if (record.spec !== 'SYMMETRIC_DEFAULT' || record.customStore) throw notForThisKey()
    const { IncludeKeyMaterial: include = 'ROTATIONS_ONLY', Limit: limit = 100 } = input
    const listing = { operation: 'ListKeyRotations', of: [record.id, include] }
    const last = await readMarker(listing, context, input.Marker)
    const materials = await materialsOf(context.tx, record)
    const asked = materials.filter(
      ({ rotatedAt, sequence }) =>
        (include === 'ALL_KEY_MATERIAL' || rotatedAt !== undefined) && (last === undefined || sequence > Number(last)),
    )
    const { entries, end } = await pageOf(listing, context, asked, limit, ({ sequence }) => String(sequence))
    return { Rotations: entries.map((material) => entryOf(material, record)), ...end }
  },
})

function entryOf(material: MaterialRecord, record: KeyRecord): RotationsListEntry {
  const external = record.origin === 'EXTERNAL'
  return {
    KeyId: record.id,
    KeyMaterialId: material.id,
    KeyMaterialDescription: material.description,
    ImportState: external ? (material.secret === undefined ? 'PENDING_IMPORT' : 'IMPORTED') : undefined,
    KeyMaterialState: stateOf(material, record),
    ExpirationModel: material.expirationModel,
    ValidTo: material.validTo,
    RotationDate: material.rotatedAt,
    RotationType: material.rotatedBy,
  }
}

function stateOf({ id }: MaterialRecord, { material, imported }: KeyRecord): RotationsListEntry['KeyMaterialState'] {
  if (id === material) return 'CURRENT'
  return id === imported?.pendingRotation ? 'PENDING_ROTATION' : 'NON_CURRENT'
}
