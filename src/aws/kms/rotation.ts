import { cancel, type Due, plan } from '../../schedule/due.ts'
import type { Transaction } from '../../store/store.ts'
import type { KeyRecord } from './records.ts'

/** Plans the next automatic rotation of a key, where it has one. */
export function planRotation(tx: Transaction, record: KeyRecord): void {
  if (record.rotation) plan(tx, rotationDue(record, record.rotation.nextAt))
}

export function cancelRotation(tx: Transaction, record: KeyRecord): void {
  if (record.rotation) cancel(tx, rotationDue(record, record.rotation.nextAt))
}

function rotationDue({ account, region, id }: KeyRecord, at: number): Due {
  return { at, kind: 'kms-rotation', id: `${account}/${region}/${id}` }
}
