import { unreachable } from '../../base/assert.ts'
import type { AwsError } from '../errors.ts'
import type { KeyState, KeyUsageType } from '../models/kms.ts'
import { arnOf } from './key.ts'
import { algorithmsOf } from './key-specs.ts'
import {
  algorithmMismatch,
  disabled,
  pendingDeletion,
  pendingImport,
  pendingReplicaDeletion,
  unavailable,
  usageMismatch,
} from './messages.ts'
import type { KeyRecord } from './records.ts'

/** Throws unless the key is in one of these states (KMS developer guide, «Key states: table»). */
export function checkState(record: KeyRecord, ...allowed: readonly KeyState[]): void {
  if (!allowed.includes(record.state)) throw refusalOf(record)
}

/** Throws unless the key may be used for cryptography now. */
export function checkEnabled(record: KeyRecord): void {
  if (record.state !== 'Enabled') throw refusalOf(record)
}

function refusalOf(record: KeyRecord): AwsError {
  const arn = arnOf(record)
  switch (record.state) {
    case 'Disabled':
      return disabled(arn)
    case 'PendingDeletion':
      return pendingDeletion(arn)
    case 'PendingImport':
      return pendingImport(arn)
    case 'PendingReplicaDeletion':
      return pendingReplicaDeletion(arn)
    case 'Unavailable':
    case 'Creating':
    case 'Updating':
    case 'Enabled':
      return unavailable(arn)
    default:
      return unreachable(record.state)
  }
}

/** Throws unless the key is for this usage and its spec has the algorithm. `action` is the operation as AWS names it. */
export function checkUse(record: KeyRecord, usage: KeyUsageType, action: string, algorithm: string): void {
  if (record.usage !== usage) throw usageMismatch(arnOf(record), record.usage, action)
  if (!algorithmsOf(record.spec, usage).includes(algorithm)) throw algorithmMismatch(algorithm, record.spec)
}
