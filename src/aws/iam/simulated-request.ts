import { parseArn } from '../../iam/arn.ts'
import type { CompiledPolicy } from '../../iam/compile-policy.ts'
import type { RequestPrincipal } from '../../iam/principal-match.ts'
import { invalidSimulation } from './messages.ts'
import { givenPolicy } from './simulated-policies.ts'

interface Request {
  readonly PermissionsBoundaryPolicyInputList?: readonly string[] | undefined
  readonly ResourceOwner?: string | undefined
  readonly ResourcePolicy?: string | undefined
}

/** The user that a simulation is told acts; only users may be named. */
export function callerGiven(arn: string | undefined): RequestPrincipal | undefined {
  if (arn === undefined) return undefined
  const parsed = parseArn(arn)
  if (parsed?.service !== 'iam' || !parsed.resource.startsWith('user/')) {
    throw invalidSimulation(`Invalid CallerArn: ${arn}. Only IAM user ARNs can be specified.`)
  }
  return { type: 'user', account: parsed.account, arn, id: '' }
}

/** The boundary that a simulation is given: one policy at most. */
export function boundaryGiven({ PermissionsBoundaryPolicyInputList: list = [] }: Request): CompiledPolicy | undefined {
  const [document, ...more] = list
  if (more.length > 0) throw invalidSimulation('Only one permissions boundary policy can be specified.')
  return document === undefined ? undefined : givenPolicy(document, 'identity', 'PermissionsBoundaryPolicyInputList.1')
}

/** The owner of the resources, given as an account's number or as the ARN of its root. */
export function ownerGiven({ ResourceOwner }: Request): string | undefined {
  return ResourceOwner === undefined ? undefined : (/\d{12}/.exec(ResourceOwner)?.[0] ?? ResourceOwner)
}

/** The policy that every resource of a simulation is to have. */
export function resourcePolicyGiven({ ResourcePolicy }: Request): CompiledPolicy | undefined {
  return ResourcePolicy === undefined ? undefined : givenPolicy(ResourcePolicy, 'resource', 'ResourcePolicy')
}
