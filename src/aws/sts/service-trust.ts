import { evaluate } from '../../iam/evaluate.ts'
import type { Call } from '../call.ts'
import { conditionLookup } from '../conditions.ts'
import type { RoleRecord } from '../iam/records.ts'
import type { Finding } from '../operation.ts'
import { serviceCaller } from '../service-call.ts'
import { roleWithArn } from './assumable-role.ts'

/** The role with an ARN, if it lets a service assume it for this resource; nothing where it does not, or is not there. */
export async function roleTrusting(
  arn: string,
  { service, source }: { readonly service: string; readonly source: NonNullable<Call['source']> },
  finding: Finding,
): Promise<RoleRecord | undefined> {
  const found = await roleWithArn(arn, finding)
  if ('missing' in found) return undefined
  const call: Call = { ...finding.call, caller: serviceCaller(service), source, via: [] }
  const context = conditionLookup({
    call,
    policies: { identity: [], tags: {} },
    resource: found,
    input: {},
    specific: [],
    organization: finding.platform.organization,
  })
  const { principal } = call.caller
  const request = { principal, action: 'sts:AssumeRole', resource: arn, resourceAccount: found.account, context }
  const resourceControl = await finding.platform.identities.resourceControl?.(finding.tx, found.account)
  const policies = {
    identity: [],
    resource: found.policies ?? [],
    resourceMode: 'root-of-trust',
    resourceControl,
  } as const
  return evaluate(request, policies).allowed ? found.record : undefined
}
