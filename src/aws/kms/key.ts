import { assert } from '../../base/assert.ts'
import { compilePolicy } from '../../iam/compile-policy.ts'
import { derivation } from '../../store/table.ts'
import { boundIds } from '../bound-principals.ts'
import { partitionOf } from '../partition.ts'
import type { ResourceFacts } from '../resource.ts'
import { tagValues } from '../tags.ts'
import type { KeyRecord } from './records.ts'

/** A key as policies and the audit trail see it, and its record. */
export interface Key extends ResourceFacts {
  readonly record: KeyRecord
}

/** The facts of a key that follow from its record alone; grants come on top. */
export const keyOf = derivation((record: KeyRecord): Key => {
  const compiled = compilePolicy(record.policy, 'key', { name: 'default', ids: boundIds(record.principals) })
  assert('policy' in compiled, 'a key policy was checked before it was stored')
  return {
    arn: keyArn(record.account, record.region, record.id),
    account: record.account,
    type: 'AWS::KMS::Key',
    policies: [compiled.policy],
    mode: 'root-of-trust',
    tags: tagValues(record.tags),
    record,
  }
})

export function keyArn(account: string, region: string, id: string): string {
  return `arn:${partitionOf(region)}:kms:${region}:${account}:key/${id}`
}

/** `name` has its `alias/` in front. */
export function aliasArn(account: string, region: string, name: string): string {
  return `arn:${partitionOf(region)}:kms:${region}:${account}:${name}`
}

export function arnOf(record: KeyRecord): string {
  return keyOf(record).arn
}
