import { assert } from '../../base/assert.ts'
import { type CompiledPolicy, compilePolicy } from '../../iam/compile-policy.ts'
import type { RequestPrincipal } from '../../iam/principal-match.ts'
import { derivation } from '../../store/table.ts'
import type { GrantOperation } from '../models/kms.ts'
import type { Finding } from '../operation.ts'
import { partitionOf } from '../partition.ts'
import { type GrantRecord, granteeTable, grantTable } from './grant.ts'
import { type Key, keyOf } from './key.ts'
import type { KeyRecord } from './records.ts'

/** The key with the grants that its caller has on it. Keys without grants cost no look-up. */
export function withGrants(record: KeyRecord, finding: Finding): Key | Promise<Key> {
  return record.grants === 0 ? keyOf(record) : addGrants(record, finding)
}

async function addGrants(record: KeyRecord, { tx, call }: Finding): Promise<Key> {
  const { account, region, id } = record
  const names = namesOf(call.caller.principal, region)
  const rows = await granteeTable.getAll(
    tx,
    names.map((name) => [account, region, id, name]),
  )
  const ids = rows.flatMap((row) => row?.grants ?? [])
  const key = keyOf(record)
  if (ids.length === 0) return key
  const grants = await grantTable.getAll(
    tx,
    ids.map((grant) => [account, region, id, grant]),
  )
  const policies = grants.filter((grant) => grant !== undefined).map(policyOfGrant)
  return { ...key, policies: [...(key.policies ?? []), ...policies] }
}

/** The names by which a grant may mean a caller. */
function namesOf(principal: RequestPrincipal, region: string): readonly string[] {
  const root = (account: string) => `arn:${partitionOf(region)}:iam::${account}:root`
  switch (principal.type) {
    case 'root':
      return [root(principal.account)]
    case 'user':
      return [principal.arn, root(principal.account)]
    case 'role-session':
      return [principal.arn, principal.roleArn, root(principal.account)]
    case 'federated-user':
      return [principal.arn, principal.issuer.arn, root(principal.account)]
    case 'service':
      return [principal.name]
    default:
      return []
  }
}

/** The operations that have an encryption context, which a constraint speaks of (KMS developer guide, «Using grant constraints»). */
const constrained: ReadonlySet<GrantOperation> = new Set([
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
])

/** A grant as the policy that it amounts to. */
export const policyOfGrant = derivation((grant: GrantRecord): CompiledPolicy => {
  const { operations } = grant
  const context = contextCondition(grant)
  const statement = (names: readonly GrantOperation[], condition: object) => ({
    Effect: 'Allow',
    Principal: principalElement(grant.granteeId ?? grant.grantee),
    Action: names.map((name) => `kms:${name}`),
    Resource: '*',
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  })
  const withContext = operations.filter((name) => constrained.has(name))
  const without = operations.filter((name) => !constrained.has(name) && name !== 'CreateGrant')
  return compiled([
    ...(withContext.length > 0 ? [statement(withContext, context)] : []),
    ...(without.length > 0 ? [statement(without, {})] : []),
    ...(operations.includes('CreateGrant') ? [statement(['CreateGrant'], narrower(grant, context))] : []),
  ])
})

/** Lets the principal that a grant names for it retire the grant, and the account that made it. */
export const policyOfRetirement = derivation((grant: GrantRecord): CompiledPolicy => {
  const retiring = grant.retiringId ?? grant.retiring
  const principals = [grant.issuingAccount, ...(retiring === undefined ? [] : [retiring])]
  return compiled(
    principals.map((principal) => ({
      Effect: 'Allow',
      Principal: principalElement(principal),
      Action: 'kms:RetireGrant',
      Resource: '*',
    })),
  )
})

const uniqueId = /^A(?:ID|RO)A[A-Z0-9]+$/

/** An ARN or a unique id, or the name of a service. */
export function principalElement(principal: string): object {
  return principal.startsWith('arn:') || uniqueId.test(principal) ? { AWS: principal } : { Service: principal }
}

/** Conditions by operator and key. */
type ConditionBlock = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>

function contextCondition({ constraint }: GrantRecord): ConditionBlock {
  if (!constraint) return {}
  const pairs = Object.entries(constraint.equals ?? constraint.subset)
  const equal = Object.fromEntries(pairs.map(([name, value]) => [`kms:EncryptionContext:${name}`, value]))
  const values = pairs.length > 0 ? { StringEquals: equal } : {}
  if (!constraint.equals) return values
  const names = pairs.map(([name]) => name)
  const noOthers =
    names.length > 0
      ? { 'ForAllValues:StringEqualsIgnoreCase': { 'kms:EncryptionContextKeys': names } }
      : { Null: { 'kms:EncryptionContextKeys': 'true' } }
  return { ...values, ...noOthers }
}

/** A grant that was made by way of another gives no more than that one: no other operation, no looser constraint. */
function narrower(grant: GrantRecord, context: ConditionBlock): ConditionBlock {
  const type = grant.constraint?.equals ? { 'kms:GrantConstraintType': 'EncryptionContextEquals' } : {}
  const subset = { 'kms:GrantOperations': grant.operations }
  return {
    ...context,
    StringEquals: { ...context['StringEquals'], ...type },
    'ForAllValues:StringEquals': subset,
  }
}

/** Version 2008-10-17 has no variables: texts of a constraint that look like one mean themselves. */
function compiled(statements: readonly object[]): CompiledPolicy {
  const json = JSON.stringify({ Version: '2008-10-17', Statement: statements })
  const ascii = json.replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const result = compilePolicy(ascii, 'key', { name: 'grant' })
  assert('policy' in result, 'a grant was checked before it was stored')
  return result.policy
}
