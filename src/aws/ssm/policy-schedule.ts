import { cancel, type Due, plan } from '../../schedule/due.ts'
import type { Transaction } from '../../store/store.ts'
import { pathOf } from './parameter.ts'
import type { ParameterRecord } from './records.ts'

export const policyKind = 'ssm/policy'

/** What the job of a policy is called by. */
export type PolicyId = readonly [account: string, region: string, path: string, index: number]

/** When a policy of the current version is to be carried out; nothing where it has been. */
export function momentOf({ current }: ParameterRecord, index: number): number | undefined {
  const policy = current.policies[index]
  if (policy?.status !== 'Pending') return undefined
  const { rule } = policy
  if (rule.type === 'Expiration') return rule.at
  if (rule.type === 'NoChangeNotification') return current.modifiedAt + rule.after
  const end = endOf(current.policies.map((other) => other.rule))
  return end === undefined ? undefined : Math.max(0, end - rule.before)
}

function endOf(rules: readonly { readonly type: string; readonly at?: number }[]): number | undefined {
  return rules.find(({ type }) => type === 'Expiration')?.at
}

function duesOf(parameter: ParameterRecord): readonly Due[] {
  const { account, region, current } = parameter
  return current.policies.flatMap((_, index) => {
    const at = momentOf(parameter, index)
    const id: PolicyId = [account, region, pathOf(parameter), index]
    return at === undefined ? [] : [{ at, kind: policyKind, id: JSON.stringify(id) }]
  })
}

export function planPolicies(tx: Transaction, parameter: ParameterRecord): void {
  for (const due of duesOf(parameter)) plan(tx, due)
}

export function cancelPolicies(tx: Transaction, parameter: ParameterRecord): void {
  for (const due of duesOf(parameter)) cancel(tx, due)
}
