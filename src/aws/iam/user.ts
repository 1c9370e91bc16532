import type { PermissionsBoundaryAttachmentType, User } from '../models/iam.ts'
import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { partitionOf } from '../partition.ts'
import { type RootRecord, roots } from './accounts.ts'
import { entityNamed, userKind } from './entity.ts'
import { nameRequired } from './messages.ts'
import type { ActorRecord, UserRecord } from './records.ts'
import { wireTags } from './tags.ts'

/** Rule for operations on a user that is named. */
export function userNamed(input: { readonly UserName: string }, finding: Finding): Promise<Resource<UserRecord>> {
  return entityNamed(userKind, input.UserName, finding)
}

/** Rule for operations that are on the user who calls where none is named. */
export function userNamedOrSelf(
  input: { readonly UserName?: string | undefined },
  finding: Finding,
): Promise<Resource<UserRecord>> {
  const { caller } = finding.call
  const name = input.UserName ?? (caller.principal.type === 'user' ? caller.userName : undefined)
  if (name === undefined) throw nameRequired()
  return entityNamed(userKind, name, finding)
}

/** Whoever may have access keys: a user, or the root user of an account. */
export type Holder =
  | { readonly type: 'user'; readonly user: UserRecord }
  | { readonly type: 'root'; readonly root: RootRecord }

/** Rule for operations that are on the caller itself where no user is named. */
export async function userOrSelf(
  input: { readonly UserName?: string | undefined },
  finding: Finding,
): Promise<Resource<Holder>> {
  const { caller, region } = finding.call
  const { type } = caller.principal
  if (input.UserName === undefined && type === 'root') {
    const root = (await roots.get(finding.tx, caller.account)) ?? { accessKeys: [] }
    const arn = `arn:${partitionOf(region)}:iam::${caller.account}:root`
    return { arn, account: caller.account, record: { type: 'root', root } }
  }
  const name = input.UserName ?? (type === 'user' ? caller.userName : undefined)
  if (name === undefined) throw nameRequired()
  const found = await entityNamed(userKind, name, finding)
  return 'missing' in found ? found : { ...found, record: { type: 'user', user: found.record } }
}

/** A user as lists show it: without tags and boundary. */
export function listedUser({ path, name, id, arn, createdAt }: UserRecord): User {
  return { Path: path, UserName: name, UserId: id, Arn: arn, CreateDate: createdAt }
}

/** A user as it is shown for itself. Without tags there is no member for them. */
export function wholeUser(user: UserRecord): User {
  return { ...listedUser(user), ...boundaryAndTags(user) }
}

/** AWS answers this, and not what its model lists. */
const boundaryType = 'Policy' as string as PermissionsBoundaryAttachmentType

export function boundaryAndTags({ boundary, tags }: ActorRecord) {
  return {
    ...(boundary !== undefined && {
      PermissionsBoundary: { PermissionsBoundaryType: boundaryType, PermissionsBoundaryArn: boundary },
    }),
    ...(tags.length > 0 && { Tags: wireTags(tags) }),
  }
}
