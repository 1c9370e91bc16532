import type { Group } from '../models/iam.ts'
import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { entityNamed, groupKind } from './entity.ts'
import type { GroupRecord } from './records.ts'

/** Rule for operations on a group that is named. */
export function groupNamed(input: { readonly GroupName: string }, finding: Finding): Promise<Resource<GroupRecord>> {
  return entityNamed(groupKind, input.GroupName, finding)
}

export function wireGroup({ path, name, id, arn, createdAt }: GroupRecord): Group {
  return { Path: path, GroupName: name, GroupId: id, Arn: arn, CreateDate: createdAt }
}
