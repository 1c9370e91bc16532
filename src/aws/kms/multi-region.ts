import type { Transaction } from '../../store/store.ts'
import { table } from '../../store/table.ts'
import type { MultiRegionConfiguration } from '../models/kms.ts'
import { keyArn } from './key.ts'
import { type KeyRecord, keyTable } from './records.ts'

/** The regions of the keys that share one `mrk-` id. */
export interface MultiRegionRecord {
  readonly primary: string
  /** In the order in which they were made. */
  readonly replicas: readonly string[]
}

/** Account, key id. */
export const multiRegionTable = table<MultiRegionRecord>({ name: 'kms/mrk', version: 1 })

export async function multiRegionConfiguration(
  tx: Transaction,
  record: KeyRecord,
): Promise<MultiRegionConfiguration | undefined> {
  if (!record.multiRegion) return undefined
  const related = await multiRegionTable.get(tx, record.account, record.id)
  if (!related) return undefined
  const entry = (region: string) => ({ Arn: keyArn(record.account, region, record.id), Region: region })
  return {
    MultiRegionKeyType: record.multiRegion,
    PrimaryKey: entry(related.primary),
    ReplicaKeys: related.replicas.map(entry),
  }
}

/** The primary key that a replica belongs to. */
export async function findPrimary(tx: Transaction, { account, id }: KeyRecord): Promise<KeyRecord | undefined> {
  const related = await multiRegionTable.get(tx, account, id)
  return related && keyTable.get(tx, account, related.primary, id)
}
