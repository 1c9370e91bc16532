import type { Caller } from '../call.ts'
import type { RoleRecord } from '../iam/records.ts'
import { partitionOf } from '../partition.ts'
import type { AssumeRoleRequest, AssumeRoleResponse } from '../models/sts.ts'
import type { Context } from '../operation.ts'
import { roleWithArn } from './assumable-role.ts'
import { issueSession, packedSize, readSessionPolicies } from './issue-session.ts'
import {
  longerThanChain,
  longerThanRole,
  notWithFederation,
  otherSourceIdentity,
  rootMayNotAssume,
} from './messages.ts'
import { operation } from './operation.ts'
import { takeSecondFactor } from './second-factor.ts'
import { readSessionTags } from './session-tags.ts'
import { auditedSession } from './audited-session.ts'

const defaultSeconds = 3600
const mostChainedSeconds = 3600

/** Gives credentials for a session of a role. */
export const assumeRole = operation('AssumeRole', {
  async on(input, finding) {
    const { call, platform } = finding
    const found = await roleWithArn(input.RoleArn, finding)
    const { type } = call.caller.principal
    if (type === 'root' && !platform.dev) throw rootMayNotAssume()
    // What was lent to somebody must not grow into a role of the lender's.
    if (type === 'federated-user') throw notWithFederation('AssumeRole')
    // Before permissions, because they may depend on it; refused calls leave the code untaken.
    await takeSecondFactor(input, finding)
    return found
  },
  conditions: (input, _role, { caller }) => ({
    'sts:ExternalId': input.ExternalId,
    'sts:RoleSessionName': input.RoleSessionName,
    'sts:SourceIdentity': input.SourceIdentity ?? caller.session?.sourceIdentity,
    'sts:TransitiveTagKeys': input.TransitiveTagKeys,
    ...(input.TokenCode !== undefined && { 'aws:MultiFactorAuthPresent': true, 'aws:MultiFactorAuthAge': 0 }),
  }),
  handle: (input, role, context) => assume(input, role, context),
})

async function assume(input: AssumeRoleRequest, role: RoleRecord, context: Context): Promise<AssumeRoleResponse> {
  const { call, resource } = context
  const { caller } = call
  const seconds = readDuration(input, role, caller)
  const sourceIdentity = await readSourceIdentity(input, context)
  const { tags, transitive } = readSessionTags(input, caller.session)
  if (tags.length > 0) await context.require({ action: 'sts:TagSession', resource })
  const { account } = resource
  const policies = await readSessionPolicies(input, account, context)
  const packed = packedSize(policies, tags)
  const source = caller.session ? caller.session.source : caller.accessKeyId
  const name = input.RoleSessionName
  const Credentials = await issueSession(
    {
      kind: 'role',
      account,
      role: role.name,
      roleId: role.id,
      name,
      ...(source !== undefined && source !== '' && { source }),
      mfa: false,
      ...policies,
      tags,
      transitive,
      ...(sourceIdentity !== undefined && { sourceIdentity }),
    },
    seconds,
    context,
  )
  const output = {
    Credentials,
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${name}`,
      Arn: `arn:${partitionOf(call.region)}:sts::${account}:assumed-role/${role.name}/${name}`,
    },
    PackedPolicySize: packed,
    SourceIdentity: sourceIdentity,
  }
  context.note({ responseElements: auditedSession(output) })
  return output
}

function readDuration(input: AssumeRoleRequest, role: RoleRecord, caller: Caller): number {
  const chained = caller.principal.type === 'role-session'
  const seconds = input.DurationSeconds ?? defaultSeconds
  if (chained && seconds > mostChainedSeconds) throw longerThanChain()
  if (seconds > role.maxSessionSeconds) throw longerThanRole()
  return seconds
}

/** Who is behind a session, once said, stays said through every role that is assumed from it. */
async function readSourceIdentity(
  { SourceIdentity }: AssumeRoleRequest,
  context: Context,
): Promise<string | undefined> {
  const { call, resource } = context
  const inherited = call.caller.session?.sourceIdentity
  if (inherited !== undefined && SourceIdentity !== undefined && SourceIdentity !== inherited)
    throw otherSourceIdentity()
  const identity = SourceIdentity ?? inherited
  if (identity !== undefined) await context.require({ action: 'sts:SetSourceIdentity', resource })
  return identity
}
