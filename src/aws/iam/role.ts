import type { Role } from '../models/iam.ts'
import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { entityNamed, roleKind } from './entity.ts'
import { findLastUse } from './last-use.ts'
import { wireDocument } from './policy-document.ts'
import type { RoleRecord } from './records.ts'
import { shownTrust } from './trust.ts'
import { boundaryAndTags } from './user.ts'

/** Rule for operations on a role that is named. */
export function roleNamed(input: { readonly RoleName: string }, finding: Finding): Promise<Resource<RoleRecord>> {
  return entityNamed(roleKind, input.RoleName, finding)
}

async function basicRole(role: RoleRecord, finding: Finding): Promise<Role> {
  const { path, name, id, arn, createdAt, description } = role
  return {
    Path: path,
    RoleName: name,
    RoleId: id,
    Arn: arn,
    CreateDate: createdAt,
    AssumeRolePolicyDocument: wireDocument(await shownTrust(finding.tx, role, finding)),
    Description: description,
  }
}

/** A role as CreateRole answers it: without MaxSessionDuration and RoleLastUsed. */
export async function createdRole(role: RoleRecord, finding: Finding): Promise<Role> {
  return { ...(await basicRole(role, finding)), ...boundaryAndTags(role) }
}

/** A role as lists show it: without tags, boundary and last use. */
export async function listedRole(role: RoleRecord, finding: Finding): Promise<Role> {
  return { ...(await basicRole(role, finding)), MaxSessionDuration: role.maxSessionSeconds }
}

/** A role as GetRole answers it. */
export async function wholeRole(role: RoleRecord, finding: Finding): Promise<Role> {
  const use = await findLastUse(finding.tx, role.id)
  const RoleLastUsed = use ? { LastUsedDate: use.at, Region: use.region } : {}
  return { ...(await listedRole(role, finding)), ...boundaryAndTags(role), RoleLastUsed }
}
