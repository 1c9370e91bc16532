import type { GroupDetail, ManagedPolicyDetail, RoleDetail, UserDetail } from '../models/iam.ts'
import type { Finding } from '../operation.ts'
import { wireGroup } from './group.ts'
import { instanceProfiles, wireInstanceProfile } from './instance-profile.ts'
import { listedPolicy } from './policy.ts'
import { wireDocument } from './policy-document.ts'
import { attachedUnderPath } from './policy-use.ts'
import { wireVersion } from './policy-version.ts'
import {
  type EntityRecord,
  type GroupRecord,
  groups,
  type PolicyRecord,
  type RoleRecord,
  type UserRecord,
} from './records.ts'
import { wholeRole } from './role.ts'
import { boundaryAndTags, listedUser } from './user.ts'

function inlineDetail({ inline }: EntityRecord) {
  return inline.map(({ name, document }) => ({ PolicyName: name, PolicyDocument: wireDocument(document) }))
}

/** A user with all that it has. */
export async function userDetail(user: UserRecord, { tx, call }: Finding): Promise<UserDetail> {
  const found = await groups.getAll(
    tx,
    user.groups.map((name) => [call.caller.account, name]),
  )
  return {
    ...listedUser(user),
    ...(user.inline.length > 0 && { UserPolicyList: inlineDetail(user) }),
    GroupList: found.flatMap((group) => (group ? [group.name] : [])),
    AttachedManagedPolicies: await attachedUnderPath(user, undefined, { tx }),
    ...boundaryAndTags(user),
  }
}

export async function groupDetail(group: GroupRecord, { tx }: Finding): Promise<GroupDetail> {
  return {
    ...wireGroup(group),
    GroupPolicyList: inlineDetail(group),
    AttachedManagedPolicies: await attachedUnderPath(group, undefined, { tx }),
  }
}

export async function roleDetail(role: RoleRecord, finding: Finding): Promise<RoleDetail> {
  const { tx, call } = finding
  const { MaxSessionDuration: _seconds, Description: _description, ...shown } = await wholeRole(role, finding)
  const profiles = await instanceProfiles.getAll(
    tx,
    role.instanceProfiles.map((name) => [call.caller.account, name]),
  )
  return {
    ...shown,
    InstanceProfileList: await Promise.all(
      profiles.flatMap((profile) => (profile ? [wireInstanceProfile(profile, finding)] : [])),
    ),
    RolePolicyList: inlineDetail(role),
    AttachedManagedPolicies: await attachedUnderPath(role, undefined, { tx }),
  }
}

export async function policyDetail(policy: PolicyRecord, finding: Finding): Promise<ManagedPolicyDetail> {
  return {
    ...(await listedPolicy(policy, finding)),
    ...(policy.description !== undefined && { Description: policy.description }),
    PolicyVersionList: policy.versions.map((version) => ({
      Document: wireDocument(version.document),
      ...wireVersion(policy, version),
    })),
  }
}
