import { cancel, type Due, plan } from '../../schedule/due.ts'
import type { Transaction } from '../../store/store.ts'
import type { SecretRecord } from './records.ts'

export const deletion = 'secretsmanager/deletion'

function dueOf({ account, region, name, suffix }: SecretRecord, at: number): Due {
  return { at, kind: deletion, id: JSON.stringify([account, region, name, suffix]) }
}

export function planDeletion(tx: Transaction, secret: SecretRecord, at: number): void {
  plan(tx, dueOf(secret, at))
}

/** Takes the planned end of a secret back, if there is one. */
export function cancelDeletion(tx: Transaction, secret: SecretRecord): void {
  if (secret.deletion) cancel(tx, dueOf(secret, secret.deletion.at))
}
