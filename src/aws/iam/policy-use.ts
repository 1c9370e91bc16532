import type { Finding } from '../operation.ts'
import { type EntityKind, saveEntity } from './entity.ts'
import { attachablePolicy, findPolicies, usageOf } from './managed-policy.ts'
import {
  boundaryNotAttachable,
  noBoundary,
  type Noun,
  policyNotAttachable,
  policyNotFound,
  tooManyAttached,
  unparsableArn,
} from './messages.ts'
import { type ActorRecord, type EntityRecord, policyUsages, policyUses } from './records.ts'

type Use = 'PermissionsPolicy' | 'PermissionsBoundary'

/** Notes that an entity uses a managed policy, or no longer does: the count that deletion asks, and the row that lists show. */
async function noteUse(
  noun: Noun,
  entity: EntityRecord,
  { arn, use, by }: { readonly arn: string; readonly use: Use; readonly by: 1 | -1 },
  { tx, call }: Pick<Finding, 'tx' | 'call'>,
): Promise<void> {
  const { account } = call.caller
  const { attachments, boundaries } = await usageOf(tx, account, arn)
  const now =
    use === 'PermissionsPolicy'
      ? { attachments: attachments + by, boundaries }
      : { attachments, boundaries: boundaries + by }
  if (now.attachments === 0 && now.boundaries === 0) policyUsages.delete(tx, account, arn)
  else policyUsages.put(tx, now, account, arn)
  const row = [account, arn, use, noun, entity.name.toLowerCase()] as const
  if (by === 1) policyUses.put(tx, { name: entity.name, id: entity.id }, ...row)
  else policyUses.delete(tx, ...row)
}

/** Attaches a managed policy; attaching it again changes nothing. */
export async function attachPolicy<R extends EntityRecord>(
  kind: EntityKind<R>,
  entity: R,
  arn: string,
  finding: Finding,
): Promise<void> {
  await attachablePolicy(arn, policyNotAttachable, finding)
  if (entity.attached.includes(arn)) return
  const most = finding.platform.quotas.attachedPolicies
  if (entity.attached.length >= most) throw tooManyAttached(kind.noun, most)
  saveEntity(kind, { ...entity, attached: [...entity.attached, arn] }, finding)
  await noteUse(kind.noun, entity, { arn, use: 'PermissionsPolicy', by: 1 }, finding)
}

export async function detachPolicy<R extends EntityRecord>(
  kind: EntityKind<R>,
  entity: R,
  arn: string,
  finding: Finding,
): Promise<void> {
  if (!arn.startsWith('arn:')) throw unparsableArn()
  if (!entity.attached.includes(arn)) throw policyNotFound(arn)
  saveEntity(kind, { ...entity, attached: entity.attached.filter((other) => other !== arn) }, finding)
  await noteUse(kind.noun, entity, { arn, use: 'PermissionsPolicy', by: -1 }, finding)
}

/** Sets the permissions boundary of a user or role, or takes it away, and gives the changed record, which is not saved yet. */
export async function changeBoundary<R extends ActorRecord>(
  kind: EntityKind<R>,
  entity: R,
  arn: string | undefined,
  finding: Finding,
): Promise<R> {
  const { boundary: before, ...rest } = entity
  if (arn === undefined && before === undefined) throw noBoundary(kind.noun, entity.name)
  if (arn !== undefined) await attachablePolicy(arn, boundaryNotAttachable, finding)
  if (arn === before) return entity
  if (before !== undefined) {
    await noteUse(kind.noun, entity, { arn: before, use: 'PermissionsBoundary', by: -1 }, finding)
  }
  if (arn === undefined) return rest as unknown as R
  await noteUse(kind.noun, entity, { arn, use: 'PermissionsBoundary', by: 1 }, finding)
  return { ...rest, boundary: arn } as unknown as R
}

/** Takes an entity out of the lists of its policies under one name and puts it in under another. */
export async function renameUses(
  noun: Noun,
  before: EntityRecord & { readonly boundary?: string },
  after: EntityRecord,
  { tx, call }: Finding,
): Promise<void> {
  const { account } = call.caller
  const uses: (readonly [arn: string, use: Use])[] = before.attached.map((arn) => [arn, 'PermissionsPolicy'])
  if (before.boundary !== undefined) uses.push([before.boundary, 'PermissionsBoundary'])
  for (const [arn, use] of uses) {
    policyUses.delete(tx, account, arn, use, noun, before.name.toLowerCase())
    policyUses.put(tx, { name: after.name, id: after.id }, account, arn, use, noun, after.name.toLowerCase())
  }
}

/** The managed policies of an entity whose path begins with a prefix. */
export async function attachedUnderPath(
  entity: EntityRecord,
  prefix: string | undefined,
  { tx }: Pick<Finding, 'tx'>,
): Promise<readonly { readonly PolicyName: string; readonly PolicyArn: string }[]> {
  const found = await findPolicies(tx, entity.attached)
  return found
    .filter(({ path }) => path.startsWith(prefix ?? '/'))
    .map(({ name, arn }) => ({ PolicyName: name, PolicyArn: arn }))
}
