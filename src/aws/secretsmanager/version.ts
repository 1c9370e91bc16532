import type { Key } from '../../store/key.ts'
import { type Awaitable, type Transaction, whenThere } from '../../store/store.ts'
import { derivation } from '../../store/table.ts'
import type { Context } from '../operation.ts'
import { stageNotFound, stageNotOnVersion, stageQuotaReached, tokenInUse, versionNotFound } from './messages.ts'
import { type SealedValue, type SecretRecord, type VersionRecord, versions, versionsOf } from './records.ts'
import { arnOf } from './secret.ts'
import { attachNewValue, current, holderOf, type Stages } from './stages.ts'
import { openValue, sameValue, type SecretValue, sealValue } from './value.ts'
import { makeRoomForVersion } from './version-quota.ts'

/** A version whose value was put. */
export type FilledVersion = VersionRecord & { readonly value: SealedValue }

export interface VersionChoice {
  readonly id?: string | undefined
  readonly stage?: string | undefined
}

export function findVersion(tx: Transaction, secret: SecretRecord, id: string): Awaitable<VersionRecord | undefined> {
  return versions.get(tx, ...versionsOf(secret), id)
}

/** As `findVersion`, by whom mostly makes it: a version that has no label is seldom there already. */
async function findEarlier(tx: Transaction, secret: SecretRecord, id: string): Promise<VersionRecord | undefined> {
  const labelled = secret.stages.some(([, version]) => version === id)
  if (!labelled && (await versions.isAbsent(tx, ...versionsOf(secret), id))) return undefined
  return findVersion(tx, secret, id)
}

const currentKey = derivation((secret: SecretRecord): Key | undefined => {
  const id = holderOf(secret.stages, current)
  return id === undefined ? undefined : versions.key(...versionsOf(secret), id)
})

/** The version that carries a label; AWSCURRENT is what is read most. */
function findHolder(tx: Transaction, secret: SecretRecord, label: string): Awaitable<VersionRecord | undefined> {
  if (label === current) {
    const key = currentKey(secret)
    return key === undefined ? undefined : versions.getAt(tx, key)
  }
  const holder = holderOf(secret.stages, label)
  return holder === undefined ? undefined : findVersion(tx, secret, holder)
}

/** The version with an id, or the one that carries a label (AWSCURRENT unless told otherwise); where both are given, both must hold. */
export function readVersion(
  tx: Transaction,
  secret: SecretRecord,
  { id, stage }: VersionChoice,
): Awaitable<FilledVersion> {
  const label = stage ?? current
  const found = id === undefined ? findHolder(tx, secret, label) : findVersion(tx, secret, id)
  return whenThere(found, (version) => {
    if (!version?.value) throw id === undefined ? stageNotFound(label) : versionNotFound(id)
    if (id !== undefined && stage !== undefined && holderOf(secret.stages, stage) !== id) throw stageNotOnVersion()
    return version as FilledVersion
  })
}

export interface NewVersion {
  readonly id: string
  readonly value: SecretValue
  readonly labels: readonly string[]
}

/**
 * Puts a value as a version and moves labels to it. Answers the secret as it is then (for the caller to write), or nothing where the
 * version was there with that very value, as after a request that was sent twice.
 */
export async function putVersion(
  context: Context,
  secret: SecretRecord,
  { id, value, labels }: NewVersion,
): Promise<SecretRecord | undefined> {
  const { tx, call } = context
  const found = await findEarlier(tx, secret, id)
  if (found?.value) {
    if (sameValue(await openValue(context, secret, id, found.value), value)) return undefined
    throw tokenInUse(id, arnOf(secret))
  }
  const stages = checkStages(attachNewValue(secret.stages, labels, id), context)
  const after = { ...secret, stages, versions: secret.versions + (found ? 0 : 1) }
  await makeRoomForVersion(context, after)
  const version = { id, createdAt: found?.createdAt ?? call.now, value: await sealValue(context, secret, id, value) }
  versions.put(tx, version, ...versionsOf(secret), id)
  return after
}

/** Refuses more labels than a secret may have. */
export function checkStages(stages: Stages, { platform }: Context): Stages {
  const most = platform.quotas.stagingLabelsPerSecret
  if (stages.length > most) throw stageQuotaReached(most)
  return stages
}
