import type { Policy } from '../models/iam.ts'
import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { isAwsManaged, policyWithArn, usageOf } from './managed-policy.ts'
import { policyNotFound, policyOfAws } from './messages.ts'
import { policies, type PolicyRecord } from './records.ts'
import { wireTags } from './tags.ts'

/** Rule for operations that read a managed policy. */
export function policyOf(input: { readonly PolicyArn: string }, finding: Finding): Promise<Resource<PolicyRecord>> {
  return policyWithArn(input.PolicyArn, policyNotFound, finding)
}

/** Refuses to change what is not the account's own. */
export function checkOwnPolicy(policy: PolicyRecord, action: string): void {
  if (isAwsManaged(policy)) throw policyOfAws(action, policy.arn)
}

export function savePolicy(policy: PolicyRecord, { tx, call }: Pick<Finding, 'tx' | 'call'>): void {
  policies.put(tx, policy, call.caller.account, policy.name.toLowerCase())
}

/** A managed policy as lists and CreatePolicy show it, neither of which answers its description. */
export async function listedPolicy(policy: PolicyRecord, { tx, call }: Finding): Promise<Policy> {
  const usage = await usageOf(tx, call.caller.account, policy.arn)
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersion,
    AttachmentCount: usage.attachments,
    PermissionsBoundaryUsageCount: usage.boundaries,
    IsAttachable: true,
    CreateDate: policy.createdAt,
    UpdateDate: policy.updatedAt,
  }
}

/** A managed policy as GetPolicy answers it, whose tags are an empty list where there are none. */
export async function wholePolicy(policy: PolicyRecord, finding: Finding): Promise<Policy> {
  return { ...(await listedPolicy(policy, finding)), Description: policy.description, Tags: wireTags(policy.tags) }
}
