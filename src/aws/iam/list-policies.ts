import { partitionOf } from '../partition.ts'
import type { Finding } from '../operation.ts'
import type { ListPoliciesRequest } from '../models/iam.ts'
import { awsManagedPolicies } from './aws-managed.ts'
import { isAwsManaged } from './managed-policy.ts'
import { operation } from './operation.ts'
import { page, type PageSource } from './page.ts'
import { listedPolicy } from './policy.ts'
import { policies, type PolicyRecord, policyUsages } from './records.ts'

/** More than an account can have. */
const mostInUse = 10_000

/** Lists managed policies: the account's own, then AWS's. */
export const listPolicies = operation('ListPolicies', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle(input, _record, context) {
    const { account } = context.call.caller
    const { Scope, OnlyAttached, PathPrefix, PolicyUsageFilter } = input
    const bound = ['ListPolicies', account, Scope, String(OnlyAttached), PathPrefix, PolicyUsageFilter]
    const used = await usedArns(input, context)
    const { items, end } = await page(input, bound, {
      ...managedPolicies(input, context),
      keep: ({ path, arn }) => path.startsWith(PathPrefix ?? '/') && (used === undefined || used.has(arn)),
    })
    return { Policies: await Promise.all(items.map((policy) => listedPolicy(policy, context))), ...end }
  },
})

/** Keys begin with 0 for the account's own policies and 1 for AWS's, and go on with the name in lower case. */
function managedPolicies({ Scope = 'All' }: ListPoliciesRequest, { tx, call }: Finding): PageSource<PolicyRecord> {
  const ofAws =
    Scope === 'Local'
      ? []
      : awsManagedPolicies(partitionOf(call.region)).toSorted((a, b) =>
          a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1,
        )
  const key = (policy: PolicyRecord) => `${isAwsManaged(policy) ? 1 : 0}${policy.name.toLowerCase()}`
  return {
    key,
    async after(last, limit) {
      const found: PolicyRecord[] = []
      if (Scope !== 'AWS' && !last?.startsWith('1')) {
        const { account } = call.caller
        const after = last === undefined ? {} : { after: [account, last.slice(1)] }
        const rows = await policies.range(tx, { under: [account], limit, ...after })
        found.push(...rows.map(({ record }) => record))
      }
      for (const policy of ofAws) {
        if (found.length < limit && (last === undefined || key(policy) > last)) found.push(policy)
      }
      return found
    },
  }
}

/** The ARNs that a filter by use lets through; nothing where there is no such filter. */
async function usedArns(
  { OnlyAttached, PolicyUsageFilter }: ListPoliciesRequest,
  { tx, call }: Finding,
): Promise<ReadonlySet<string> | undefined> {
  if (OnlyAttached !== true && PolicyUsageFilter === undefined) return undefined
  const rows = await policyUsages.range(tx, { under: [call.caller.account], limit: mostInUse })
  const attached = PolicyUsageFilter !== 'PermissionsBoundary'
  const boundary = PolicyUsageFilter !== 'PermissionsPolicy' && OnlyAttached !== true
  const used = rows.filter(({ record }) => (attached && record.attachments > 0) || (boundary && record.boundaries > 0))
  return new Set(used.map(({ segments }) => segments[1] as string))
}
