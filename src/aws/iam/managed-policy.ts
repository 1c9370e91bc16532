import { parseArn } from '../../iam/arn.ts'
import type { Transaction } from '../../store/store.ts'
import { derivation } from '../../store/table.ts'
import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import type { AwsError } from '../errors.ts'
import { awsManagedPolicy } from './aws-managed.ts'
import { unparsableArn } from './messages.ts'
import { policies, type PolicyRecord, type PolicyUsage, policyUsages } from './records.ts'
import { tagValues } from './tags.ts'

/** The account and the name in a managed policy's ARN; AWS's own policies have the account `aws`. */
function policyNameIn(arn: string): { readonly account: string; readonly name: string } | undefined {
  const parsed = parseArn(arn)
  if (parsed?.service !== 'iam' || !parsed.resource.startsWith('policy/')) return undefined
  return { account: parsed.account, name: parsed.resource.slice(parsed.resource.lastIndexOf('/') + 1) }
}

/** The segments under which a policy of an account is stored; nothing for AWS's own. */
export function policyRow(arn: string): readonly [account: string, name: string] | undefined {
  const found = policyNameIn(arn)
  return found && found.account !== 'aws' ? [found.account, found.name.toLowerCase()] : undefined
}

/** A managed policy, AWS's own included. The whole ARN must be right, the path too. */
export async function findPolicy(tx: Transaction, arn: string): Promise<PolicyRecord | undefined> {
  const row = policyRow(arn)
  if (!row) return awsManagedPolicy(arn)
  const policy = await policies.get(tx, ...row)
  return policy?.arn === arn ? policy : undefined
}

/** Where each of some policies is to be found, worked out once for a list as it stands in a record. */
const placesOf = derivation((arns: readonly string[]) => {
  const places = arns.map((arn) => ({ arn, row: policyRow(arn), ofAws: awsManagedPolicy(arn) }))
  return { places, rows: places.flatMap(({ row }) => (row ? [row] : [])) }
})

/** Many managed policies in one round trip; those that are gone are left out. */
export async function findPolicies(tx: Transaction, arns: readonly string[]): Promise<readonly PolicyRecord[]> {
  const { places, rows } = placesOf(arns)
  const records = rows.length === 0 ? [] : await policies.getAll(tx, rows)
  let next = 0
  return places.flatMap(({ arn, row, ofAws }) => {
    if (!row) return ofAws ?? []
    const record = records[next++]
    return record?.arn === arn ? record : []
  })
}

/** Rule for operations on a managed policy that the caller's account may see: its own, and AWS's. */
export async function policyWithArn(
  arn: string,
  missing: (arn: string) => AwsError,
  { tx, call }: Finding,
): Promise<Resource<PolicyRecord>> {
  const named = policyNameIn(arn)
  if (!named) throw unparsableArn()
  const { account } = call.caller
  const visible = named.account === account || named.account === 'aws'
  const record = visible ? await findPolicy(tx, arn) : undefined
  if (!record) return { arn, account, missing: missing(arn) }
  return { arn, account, tags: tagValues(record.tags), record }
}

/** A policy of the caller's account, or of AWS, that a principal can be given; refuses ARNs that are none. */
export async function attachablePolicy(
  arn: string,
  missing: (arn: string) => AwsError,
  finding: Finding,
): Promise<PolicyRecord> {
  const found = await policyWithArn(arn, missing, finding)
  if ('missing' in found) throw found.missing
  return found.record
}

export function isAwsManaged({ arn }: PolicyRecord): boolean {
  return policyRow(arn) === undefined
}

const unused: PolicyUsage = { attachments: 0, boundaries: 0 }

export async function usageOf(tx: Transaction, account: string, arn: string): Promise<PolicyUsage> {
  return (await policyUsages.get(tx, account, arn)) ?? unused
}
