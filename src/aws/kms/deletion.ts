import { cancel, type Due, plan } from '../../schedule/due.ts'
import type { Transaction } from '../../store/store.ts'
import type { KeyRecord } from './records.ts'

export const deletionKind = 'kms-deletion'

/** Plans the end of a key, with everything that belongs to it. */
export function planDeletion(tx: Transaction, record: KeyRecord, at: number): void {
  plan(tx, deletionDue(record, at))
}

export function cancelDeletion(tx: Transaction, record: KeyRecord): void {
  if (record.state === 'PendingDeletion' && record.deletion) cancel(tx, deletionDue(record, record.deletion.at))
}

function deletionDue({ account, region, id }: KeyRecord, at: number): Due {
  return { at, kind: deletionKind, id: dueId(account, region, id) }
}

export function dueId(account: string, region: string, id: string): string {
  return `${account}/${region}/${id}`
}

/** The account, region and key id of planned work, and what it is about within the key where it is about a part. */
export function keyOfDue(id: string): readonly [account: string, region: string, keyId: string, part: string] {
  const [account = '', region = '', keyId = '', part = ''] = id.split('/')
  return [account, region, keyId, part]
}
