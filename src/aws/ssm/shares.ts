import { createHash } from 'node:crypto'
import { type CompiledPolicy, compilePolicy } from '../../iam/compile-policy.ts'
import { allowsPublicAccess } from '../../iam/public-access.ts'
import type { Transaction } from '../../store/store.ts'
import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import {
  malformedShare,
  publicShare,
  shareConflict,
  sharedResourceNotFound,
  shareNotFound,
  shareTooLong,
} from './messages.ts'
import { hereOf, readReference } from './name.ts'
import { factsOf, factsOfNone, findRecord, pathOf } from './parameter.ts'
import { type ParameterRecord, parameterKey, type ShareRecord, sharedWith } from './records.ts'

const mostBytes = 1024

/** The parameter that an operation on its policies names, by ARN. */
export async function sharedParameter(
  input: { readonly ResourceArn: string },
  finding: Finding,
): Promise<Resource<ParameterRecord>> {
  const reference = readReference(input.ResourceArn, hereOf(finding.call))
  const { account, region, path } = reference
  const record = reference.selector === undefined ? await findRecord(reference, finding) : undefined
  if (record) return { ...factsOf(record), record }
  return { ...factsOfNone(account, region, path), missing: sharedResourceNotFound() }
}

/** Refuses a policy that is none, that is too long, or that would open the parameter to everybody. */
export function checkShare(document: string): void {
  if (Buffer.byteLength(document) > mostBytes) throw shareTooLong(mostBytes)
  const compiled = compilePolicy(document, 'resource')
  if (!('policy' in compiled)) throw malformedShare()
  if (allowsPublicAccess(compiled.policy)) throw publicShare()
}

/** What a caller must know to change a policy: that it is still the one that was read. */
export function hashOf(document: string): string {
  return createHash('sha256').update(document).digest('hex')
}

/** The policy with an id, which must still be the one that was read. */
export function readShare(shares: readonly ShareRecord[], id: string, hash: string): ShareRecord {
  const share = shares.find((candidate) => candidate.id === id)
  if (!share) throw shareNotFound()
  if (share.hash !== hash) throw shareConflict()
  return share
}

/** Keeps the lists by which other accounts find what is shared with them. */
export function listShares(
  tx: Transaction,
  before: ParameterRecord | undefined,
  after: ParameterRecord | undefined,
): void {
  const was = accountsOf(before)
  const is = accountsOf(after)
  for (const account of was) if (!is.has(account) && before) sharedWith.delete(tx, ...listKey(account, before))
  for (const account of is)
    if (!was.has(account) && after) sharedWith.put(tx, { path: pathOf(after) }, ...listKey(account, after))
}

function listKey(grantee: string, parameter: ParameterRecord): readonly string[] {
  const { account, region } = parameter
  const [, , ...name] = parameterKey(account, region, pathOf(parameter))
  return [grantee, region, account, ...name]
}

function accountsOf(parameter: ParameterRecord | undefined): ReadonlySet<string> {
  const accounts = (parameter?.shares ?? []).flatMap(({ document }: ShareRecord) => {
    const compiled = compilePolicy(document, 'resource')
    return 'policy' in compiled ? principalAccounts(compiled.policy) : []
  })
  return new Set(accounts.filter((account) => account !== parameter?.account))
}

function principalAccounts({ statements }: CompiledPolicy): readonly string[] {
  return statements.flatMap(({ effect, principal }) =>
    effect === 'Deny'
      ? []
      : (principal?.entries ?? []).flatMap(({ value }) => /(?:^|::)(\d{12})(?::|$)/.exec(value)?.[1] ?? []),
  )
}
