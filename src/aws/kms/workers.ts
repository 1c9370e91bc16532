import type { Job, Scheduler } from '../../schedule/scheduler.ts'
import type { Store, Transaction } from '../../store/store.ts'
import type { Gateway } from '../invoke.ts'
import type { Platform } from '../platform.ts'
import { deletionKind, keyOfDue, planDeletion } from './deletion.ts'
import { forgetGrant, grantTable } from './grant.ts'
import { importEndKind } from './import-token.ts'
import { dropImported, expiryKind, settleImported } from './imported.ts'
import { leaveStore } from './key-store.ts'
import { findMaterial } from './material.ts'
import { multiRegionTable } from './multi-region.ts'
import { countGone } from './quota.ts'
import { aliasTable, importTable, type KeyRecord, keyTable, materialScope, materialTable } from './records.ts'
import { cancelRotation, following, planRotation, rotate, rotationKind } from './rotation.ts'
import { destroyTokenKey, finishTokenKey, tokenKeyKind } from './token-key.ts'
import { forgetUsage } from './usage.ts'

/** Registers who does the work that KMS plans: the end of keys and of imported material, and automatic rotation. */
export function registerKmsWorkers(scheduler: Scheduler, { platform }: Pick<Gateway, 'platform'>): void {
  scheduler.register(deletionKind, (job) => deleteKey(job, platform))
  scheduler.register(rotationKind, (job) => rotateKey(job, platform))
  scheduler.register(expiryKind, (job) => expireMaterial(job, platform))
  scheduler.register(tokenKeyKind, (job) => makeTokenKey(job, platform))
  scheduler.register(importEndKind, (job) => endImport(job, platform))
}

const day = 86_400_000

/** Destroys a key whose waiting period is over, unless its deletion was cancelled or planned anew meanwhile. */
async function deleteKey(job: Job, platform: Platform): Promise<void> {
  const { store, clock } = platform
  const [account, region, id] = keyOfDue(job.id)
  const doomed = await findDoomed(job, store, clock.now())
  if (!doomed) return
  await destroyTokenKey(platform, doomed)
  await dropGrants(store, [account, region, id])
  await store.transaction(async (tx) => {
    await job.finish(tx)
    const record = await keyTable.get(tx, account, region, id)
    if (record?.state !== 'PendingDeletion' || (record.deletion?.at ?? Infinity) > clock.now()) return
    for (const name of record.aliases) aliasTable.delete(tx, account, region, name)
    cancelRotation(tx, record)
    keyTable.delete(tx, account, region, id)
    const imports = await importTable.range(tx, { under: [account, region, id], limit: 1_000 })
    for (const { segments } of imports) importTable.delete(tx, ...segments)
    await countGone(tx, record)
    forgetUsage(tx, record)
    await leaveStore(tx, record)
    if (await leaveOthers(tx, record, clock.now())) return
    const rows = await materialTable.range(tx, { under: [account, materialScope(record), id], limit: 5_000 })
    for (const { segments } of rows) materialTable.delete(tx, ...segments)
  })
}

async function findDoomed(job: Job, store: Store, now: number): Promise<KeyRecord | undefined> {
  const [account, region, id] = keyOfDue(job.id)
  const record = await store.transaction((tx) => keyTable.get(tx, account, region, id))
  return record?.state === 'PendingDeletion' && (record.deletion?.at ?? Infinity) <= now ? record : undefined
}

const grantsAtOnce = 500

/** There may be more grants than one transaction holds; none is made while the key waits for its end. */
async function dropGrants(store: Store, under: readonly string[]): Promise<void> {
  for (;;) {
    const count = await store.transaction(async (tx) => {
      const rows = await grantTable.range(tx, { under, limit: grantsAtOnce })
      for (const { record } of rows) await forgetGrant(tx, record)
      return rows.length
    })
    if (count < grantsAtOnce) return
  }
}

/**
 * Takes a key out of the list of its related keys. Answers whether some remain that need the shared material; a primary that
 * waited for its last replica begins its own waiting period.
 */
async function leaveOthers(tx: Transaction, { account, region, id, origin, multiRegion }: KeyRecord, now: number) {
  if (!multiRegion) return false
  const related = await multiRegionTable.get(tx, account, id)
  if (!related || multiRegion === 'PRIMARY') {
    multiRegionTable.delete(tx, account, id)
    return false
  }
  const replicas = related.replicas.filter((replica) => replica !== region)
  multiRegionTable.put(tx, { ...related, replicas }, account, id)
  const primary = await keyTable.get(tx, account, related.primary, id)
  if (replicas.length === 0 && primary?.state === 'PendingReplicaDeletion' && primary.deletion) {
    const at = now + primary.deletion.windowDays * day
    const waiting: KeyRecord = { ...primary, state: 'PendingDeletion', deletion: { ...primary.deletion, at } }
    keyTable.put(tx, waiting, account, related.primary, id)
    planDeletion(tx, waiting, at)
  }
  return origin === 'AWS_KMS'
}

/** Renews the material of a key whose rotation is due, and plans the next one. A key that cannot be used is passed over. */
async function rotateKey(job: Job, { store, clock }: Platform): Promise<void> {
  const [account, region, id] = keyOfDue(job.id)
  await store.transaction(async (tx) => {
    await job.finish(tx)
    const record = await keyTable.get(tx, account, region, id)
    if (!record?.rotation || record.rotation.nextAt > clock.now()) return
    const now = clock.now()
    const rotated = record.state === 'Enabled' ? await rotate(tx, record, 'AUTOMATIC', now) : record
    const { periodDays, nextAt } = record.rotation
    const next = { ...rotated, rotation: { periodDays, nextAt: following(nextAt, periodDays, now) } }
    keyTable.put(tx, next, account, region, id)
    planRotation(tx, next)
  })
}

/** Destroys imported material whose time is over, unless it was imported anew meanwhile. */
async function expireMaterial(job: Job, { store, clock }: Platform): Promise<void> {
  const [account, region, id, materialId] = keyOfDue(job.id)
  await store.transaction(async (tx) => {
    await job.finish(tx)
    const record = await keyTable.get(tx, account, region, id)
    if (!record) return
    const material = await findMaterial(tx, record, materialId)
    if (material?.validTo === undefined || material.validTo > clock.now()) return
    await dropImported(tx, record, materialId)
    await settleImported(tx, record)
  })
}

/** Destroys the wrapping key of an import whose token has ended. */
async function endImport(job: Job, { store }: Platform): Promise<void> {
  const [account, region, id, hash] = keyOfDue(job.id)
  await store.transaction(async (tx) => {
    await job.finish(tx)
    importTable.delete(tx, account, region, id, hash)
  })
}

/** Makes a key on a token for a request that did not come to its end. */
async function makeTokenKey(job: Job, platform: Platform): Promise<void> {
  const [account, region, id] = keyOfDue(job.id)
  const record = await platform.store.transaction((tx) => keyTable.get(tx, account, region, id))
  if (record) await finishTokenKey(platform, record)
}
