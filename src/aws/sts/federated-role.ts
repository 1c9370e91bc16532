import { evaluate } from '../../iam/evaluate.ts'
import { conditionLookup } from '../conditions.ts'
import type { RoleRecord } from '../iam/records.ts'
import type { Tag } from '../models/sts.ts'
import type { Conditions, Context, Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { roleWithArn } from './assumable-role.ts'

/** Somebody whom an identity provider vouches for. */
export interface FederatedIdentity {
  /** The ARN of the provider. */
  readonly provider: string
  readonly conditions: Conditions
  readonly tags: readonly Tag[]
  readonly transitive: readonly string[]
  readonly sourceIdentity: string | undefined
  readonly sessionName: string
}

/**
 * Rule for assuming a role with a provider's word for it. Whoever has no such word learns nothing of which roles there are: one
 * that is not there is no record, and trusts nobody.
 */
export async function federatedRole(
  { RoleArn }: { readonly RoleArn: string },
  finding: Finding,
): Promise<Resource<RoleRecord | undefined>> {
  const { arn, account, policies = [], ...found } = await roleWithArn(RoleArn, finding)
  return { arn, account, policies, record: 'record' in found ? found.record : undefined }
}

/**
 * Whether the role's trust policy lets somebody in, with the tags and the source identity that they bring. Nobody signs such a
 * call, so the operation asks for itself.
 */
export async function letsIn(
  identity: FederatedIdentity,
  action: string,
  { tx, call, resource, platform }: Context,
): Promise<boolean> {
  const { provider, conditions, tags, transitive, sourceIdentity, sessionName } = identity
  const specific = () => ({
    ...conditions,
    'sts:RoleSessionName': sessionName,
    'sts:SourceIdentity': sourceIdentity,
    'sts:TransitiveTagKeys': transitive.length > 0 ? transitive : undefined,
  })
  const policies = { identity: [], tags: {} }
  const context = conditionLookup({
    call,
    policies,
    resource,
    input: { Tags: tags },
    specific: [specific],
    organization: platform.organization,
  })
  const needed = [action]
  if (tags.length > 0) needed.push('sts:TagSession')
  if (sourceIdentity !== undefined) needed.push('sts:SetSourceIdentity')
  const resourceControl = await platform.identities.resourceControl?.(tx, resource.account)
  const set = {
    identity: [],
    resource: resource.policies ?? [],
    resourceMode: 'root-of-trust',
    resourceControl,
  } as const
  const principal = { type: 'federated', provider } as const
  return needed.every((one) => {
    const request = { principal, action: one, resource: resource.arn, resourceAccount: resource.account, context }
    return evaluate(request, set).allowed
  })
}
