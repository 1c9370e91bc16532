import { lambdaZipLimits, checkZip } from '../../functions/zip.ts'
import type { CodeSource } from '../../functions/code-folders.ts'
import type { Secret } from '../../base/secret.ts'
import { plan } from '../../schedule/due.ts'
import type { Job } from '../../schedule/scheduler.ts'
import type { Store, Transaction } from '../../store/store.ts'
import { assert } from '../../base/assert.ts'
import { badZip, codeMissing, codeStorageFull, notOffered, requestTooLarge, zipTooLarge } from './messages.ts'
import { type CodeReference, codeRows, codeUses, type FunctionRecord, usages } from './records.ts'

/** 50 MB for an archive that is sent with the request (Lambda developer guide, «quotas»). */
const longestArchive = 50 * 1024 * 1024
/** 75 GB in an account and region, likewise. */
const mostStored = 75 * 1024 ** 3
/** A row is about half a megabyte, as base64 within JSON. */
const rowBytes = 384 * 1024
/** Longer ranges than the store's cache keeps: code is read once, and would push out what is used all the time. */
const rowsAtOnce = 300

interface CodeInput {
  readonly ZipFile?: Secret<Uint8Array> | undefined
  readonly S3Bucket?: string | undefined
  readonly S3Key?: string | undefined
  readonly ImageUri?: string | undefined
  readonly SourceKMSKeyArn?: string | undefined
}

export interface Archive {
  readonly bytes: Uint8Array
  readonly reference: CodeReference
}

/** The archive of a request, found sound. */
export async function readArchive(input: CodeInput): Promise<Archive> {
  if (input.S3Bucket !== undefined || input.S3Key !== undefined) throw notOffered('Code in S3')
  if (input.ImageUri !== undefined) throw notOffered('Code in an image')
  if (input.SourceKMSKeyArn) throw notOffered('A key of the caller’s for code')
  const bytes = input.ZipFile?.reveal()
  if (!bytes || bytes.length === 0) throw codeMissing()
  if (bytes.length > longestArchive) throw requestTooLarge(longestArchive)
  const checked = await checkZip(bytes)
  if ('refused' in checked) {
    throw checked.refused === 'too-large' ? zipTooLarge(lambdaZipLimits.unpackedBytes) : badZip()
  }
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)
  return { bytes, reference: { sha256: Buffer.from(digest).toString('base64'), bytes: bytes.length } }
}

type Place = Pick<FunctionRecord, 'account' | 'region'>

/** Stores an archive for one more version, unless it is there already. */
export async function keepCode(tx: Transaction, place: Place, { bytes, reference }: Archive): Promise<void> {
  const key = keyOf(place, reference)
  const known = await codeUses.get(tx, ...key)
  if (known) {
    codeUses.put(tx, { ...known, uses: known.uses + 1 }, ...key)
    return
  }
  await countStored(tx, place, bytes.length)
  const rows = Math.ceil(bytes.length / rowBytes)
  for (let row = 0; row < rows; row++) {
    const part = Buffer.from(bytes.subarray(row * rowBytes, (row + 1) * rowBytes)).toString('base64')
    codeRows.put(tx, { part }, ...key, rowName(row))
  }
  codeUses.put(tx, { uses: 1, rows, bytes: bytes.length }, ...key)
}

/** One more version uses code that is there: that of the version it was published from. */
export async function shareCode(tx: Transaction, place: Place, reference: CodeReference): Promise<void> {
  const key = keyOf(place, reference)
  const known = await codeUses.get(tx, ...key)
  assert(known, 'the code of a version is stored')
  codeUses.put(tx, { ...known, uses: known.uses + 1 }, ...key)
}

/** The kind of due work that removes an archive which no version uses. */
export const codeRemoval = 'lambda/code'

/** One version less uses an archive. With the last it goes, soon: a function may have more rows of code than one commit can take. */
export async function dropCode(tx: Transaction, place: Place, reference: CodeReference, now: number): Promise<void> {
  const key = keyOf(place, reference)
  const known = await codeUses.get(tx, ...key)
  assert(known, 'the code of a version is stored')
  codeUses.put(tx, { ...known, uses: known.uses - 1 }, ...key)
  if (known.uses === 1) plan(tx, { at: now, kind: codeRemoval, id: JSON.stringify(key) })
}

/** Removes an archive, unless it is used again. */
export function removeCode(store: Store, job: Job): Promise<void> {
  return store.transaction(async (tx) => {
    await job.finish(tx)
    const key = JSON.parse(job.id) as [account: string, region: string, hash: string]
    const known = await codeUses.get(tx, ...key)
    if (known?.uses !== 0) return
    for (let row = 0; row < known.rows; row++) codeRows.delete(tx, ...key, rowName(row))
    codeUses.delete(tx, ...key)
    const [account, region] = key
    await countStored(tx, { account, region }, -known.bytes)
  })
}

/** The archive of a version, for whoever runs it. */
export function codeSource(store: Store, place: Place, reference: CodeReference): CodeSource {
  return {
    sha256: reference.sha256,
    read: () =>
      store.transaction(async (tx) => {
        const rows = await codeRows.range(tx, { under: keyOf(place, reference), limit: rowsAtOnce })
        return Buffer.concat(rows.map(({ record }) => Buffer.from(record.part, 'base64')))
      }),
  }
}

async function countStored(tx: Transaction, { account, region }: Place, bytes: number): Promise<void> {
  const { functions = 0, codeBytes = 0 } = (await usages.get(tx, account, region)) ?? {}
  if (codeBytes + bytes > mostStored) throw codeStorageFull()
  usages.put(tx, { functions, codeBytes: codeBytes + bytes }, account, region)
}

/** Counts functions in and out. */
export async function countFunctions(tx: Transaction, { account, region }: Place, change: number): Promise<void> {
  const { functions = 0, codeBytes = 0 } = (await usages.get(tx, account, region)) ?? {}
  usages.put(tx, { functions: functions + change, codeBytes }, account, region)
}

function keyOf({ account, region }: Place, { sha256 }: CodeReference): readonly [string, string, string] {
  return [account, region, Buffer.from(sha256, 'base64').toString('hex')]
}

function rowName(row: number): string {
  return String(row).padStart(6, '0')
}
