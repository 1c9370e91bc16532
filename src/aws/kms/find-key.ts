import { parseArn } from '../../iam/arn.ts'
import { type Awaitable, whenThere } from '../../store/store.ts'
import type { AwsError } from '../errors.ts'
import type { Finding } from '../operation.ts'
import { partitionOf } from '../partition.ts'
import type { Resource } from '../resource.ts'
import type { Ciphertext } from './ciphertext.ts'
import { readGrantToken } from './grant.ts'
import { withGrants } from './grant-policies.ts'
import { aliasArn, keyArn, keyOf } from './key.ts'
import { findManagedKey } from './managed-key.ts'
import {
  aliasNotFound,
  invalidArn,
  invalidCiphertext,
  invalidGrantToken,
  invalidKeyId,
  keyNotFound,
} from './messages.ts'
import { aliasTable, type KeyRecord, keyTable } from './records.ts'
import { lastUsage } from './usage.ts'

/** A key, as its id or ARN or an alias names it; which of them is told by the form alone. */
type Reference =
  | { readonly account: string; readonly id: string; readonly alias?: never }
  | { readonly account: string; readonly alias: string; readonly id?: never }

interface KeyInput {
  readonly KeyId: string
  readonly GrantTokens?: readonly string[] | undefined
}

/** The key that an operation is on: by id or ARN, by an alias or its ARN, in this account or, by ARN, in another. */
export function key(input: KeyInput, finding: Finding): Promise<Resource<KeyRecord>> {
  checkGrantTokens(input.GrantTokens)
  return findKey(input.KeyId, finding)
}

/** As `key`, for operations that take no alias. */
export function keyById(input: KeyInput, finding: Finding): Promise<Resource<KeyRecord>> {
  checkGrantTokens(input.GrantTokens)
  return findKeyById(input.KeyId, finding)
}

export async function findKeyById(text: string, finding: Finding): Promise<Resource<KeyRecord>> {
  const reference = parseReference(text, finding)
  if (reference.id === undefined) throw invalidKeyId(text)
  return findById(reference, finding)
}

/** As `key`, for operations that manage a key: they take its id or ARN, and only within the account. */
export async function ownKey({ KeyId: text }: KeyInput, finding: Finding): Promise<Resource<KeyRecord>> {
  const reference = parseReference(text, finding)
  if (reference.id === undefined) throw invalidKeyId(text)
  if (reference.account !== finding.call.caller.account) throw invalidArn(reference.account)
  return findById(reference, finding)
}

/** A key that the caller wants to take out of use, and since when nobody used it. */
export interface KeyWithUsage {
  readonly source: KeyRecord
  /** The last use, or the key's creation where there was none; milliseconds since 1970. */
  readonly unusedSince: number
}

/** As `ownKey`, with what the condition key `kms:TrailingDaysWithoutKeyUsage` asks about. */
export async function ownKeyWithUsage(input: KeyInput, finding: Finding): Promise<Resource<KeyWithUsage>> {
  const found = await ownKey(input, finding)
  if ('missing' in found) return found
  const used = await lastUsage(finding.tx, finding.platform.store, found.record)
  return { ...found, record: { source: found.record, unusedSince: used?.at ?? found.record.createdAt } }
}

export async function findKey(text: string, finding: Finding): Promise<Resource<KeyRecord>> {
  const reference = parseReference(text, finding)
  return reference.id === undefined ? findByAlias(reference, finding) : findById(reference, finding)
}

/** The key that a ciphertext names, in this region; one that names no key was not made here. */
export function findKeyOfCiphertext({ account, keyId }: Ciphertext, finding: Finding): Awaitable<Resource<KeyRecord>> {
  return whenThere(keyTable.get(finding.tx, account, finding.call.region, keyId), (record) => {
    if (!record) throw invalidCiphertext()
    return withGrants(record, finding)
  })
}

async function findById(
  { account, id }: { readonly account: string; readonly id: string },
  finding: Finding,
): Promise<Resource<KeyRecord>> {
  const { tx, call } = finding
  const record = await keyTable.get(tx, account, call.region, id)
  if (record) return withGrants(record, finding)
  return absent(account, keyArn(account, call.region, id), keyNotFound, finding)
}

async function findByAlias(
  { account, alias }: { readonly account: string; readonly alias: string },
  finding: Finding,
): Promise<Resource<KeyRecord>> {
  const { tx, call } = finding
  const found = await aliasTable.get(tx, account, call.region, alias)
  if (found) return findById({ account, id: found.target }, finding)
  const managed = account === call.caller.account ? await findManagedKey(alias, finding) : undefined
  if (managed) return keyOf(managed)
  return absent(account, aliasArn(account, call.region, alias), aliasNotFound, finding)
}

/** Within the account it is told that a key is not there; beyond it, nobody learns more than that they may not use it. */
function absent(
  account: string,
  arn: string,
  missing: (arn: string) => AwsError,
  { call }: Finding,
): Resource<KeyRecord> {
  const error = missing(arn)
  if (account === call.caller.account) throw error
  return { arn, account, type: 'AWS::KMS::Key', policies: [], mode: 'root-of-trust', missing: error }
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const multiRegionId = /^mrk-[0-9a-f]{32}$/

function isKeyId(text: string): boolean {
  return uuid.test(text) || multiRegionId.test(text)
}

function parseReference(text: string, { call }: Finding): Reference {
  const { account } = call.caller
  if (!text.startsWith('arn:')) {
    if (text.startsWith('alias/')) return { account, alias: text }
    if (isKeyId(text)) return { account, id: text }
    throw invalidKeyId(text)
  }
  const arn = parseArn(text)
  if (arn?.service !== 'kms' || !/^\d{12}$/.test(arn.account)) throw invalidArn(text)
  if (arn.region !== call.region) throw invalidArn(arn.region)
  if (arn.partition !== partitionOf(call.region)) throw invalidArn(arn.partition)
  if (arn.resource.startsWith('alias/')) return { account: arn.account, alias: arn.resource }
  const id = arn.resource.startsWith('key/') ? arn.resource.slice(4) : ''
  if (!isKeyId(id)) throw invalidKeyId(id === '' ? text : id)
  return { account: arn.account, id }
}

/** The alias that a request names its key by, as `kms:RequestAlias` shows it. */
export function requestAlias(text: string | undefined): string | undefined {
  if (text?.startsWith('alias/')) return text
  if (!text?.startsWith('arn:')) return undefined
  const at = text.indexOf(':alias/')
  return at < 0 ? undefined : text.slice(at + 1)
}

/** Refuses texts that are no tokens. Those that are change nothing: a grant holds from the moment it is made. */
export function checkGrantTokens(tokens: readonly string[] | undefined): void {
  for (const token of tokens ?? []) if (!readGrantToken(token)) throw invalidGrantToken()
}
