import { createHash, randomBytes } from 'node:crypto'
import type { Awaitable, Transaction } from '../../store/store.ts'
import { table } from '../../store/table.ts'
import type { GrantListEntry, GrantOperation } from '../models/kms.ts'
import { keyArn } from './key.ts'
import { tooManyGrants, tooManyGrantsForGrantee } from './messages.ts'
import { type KeyRecord, keyTable } from './records.ts'

type Pairs = Readonly<Record<string, string>>

/** Who may do what with a key besides what its policy says. */
export interface GrantRecord {
  /** 64 hexadecimal digits. */
  readonly id: string
  readonly account: string
  readonly region: string
  readonly keyId: string
  readonly createdAt: number
  readonly name?: string
  /** An ARN, or the name of a service. */
  readonly grantee: string
  /** The unique ids that these had when the grant was made: who gets their name later gets nothing else. */
  readonly granteeId?: string
  readonly retiringId?: string
  readonly retiring?: string
  readonly operations: readonly GrantOperation[]
  readonly constraint?:
    | { readonly equals: Pairs; readonly subset?: never }
    | { readonly subset: Pairs; readonly equals?: never }
  readonly issuingAccount: string
}

/** Account, region, key id, grant id. */
export const grantTable = table<GrantRecord>({ name: 'kms/grant', version: 1 })
/** Account, region, key id, grantee: the ids of its grants. */
export const granteeTable = table<{ readonly grants: readonly string[] }>({ name: 'kms/grantee', version: 1 })
/** Account, region, key id, hash of name and parameters: the id of the grant that was made of them. */
const namedTable = table<{ readonly grant: string }>({ name: 'kms/grant-name', version: 1 })
/** The retiring principal's account, region, the principal, then as in `grantTable`. */
export const retirableTable = table<Pick<GrantRecord, 'account' | 'keyId' | 'id'>>({
  name: 'kms/retirable',
  version: 1,
})

/** KMS quotas: grants for each key. */
const mostGrants = 50_000
/** Keeps the work of a request bounded: each grant of its caller is looked at. */
const mostForGrantee = 500

/** Stores a grant; the same name with the same parameters gives the one that is there. Answers its id. */
export async function putGrant(tx: Transaction, key: KeyRecord, grant: GrantRecord): Promise<string> {
  const { account, region, id: keyId } = key
  const hash = nameHash(grant)
  const known = hash === undefined ? undefined : await namedTable.get(tx, account, region, keyId, hash)
  if (known) return known.grant
  if (key.grants >= mostGrants) throw tooManyGrants(mostGrants)
  const { grants } = (await granteeTable.get(tx, account, region, keyId, grant.grantee)) ?? { grants: [] }
  if (grants.length >= mostForGrantee) throw tooManyGrantsForGrantee(mostForGrantee)
  granteeTable.put(tx, { grants: [...grants, grant.id] }, account, region, keyId, grant.grantee)
  grantTable.put(tx, grant, account, region, keyId, grant.id)
  if (hash !== undefined) namedTable.put(tx, { grant: grant.id }, account, region, keyId, hash)
  if (grant.retiring !== undefined) {
    retirableTable.put(tx, { account, keyId, id: grant.id }, ...retirableAt(grant, grant.retiring))
  }
  keyTable.put(tx, { ...key, grants: key.grants + 1 }, account, region, keyId)
  return grant.id
}

/** Takes a grant away, with all that points at it. */
export async function dropGrant(tx: Transaction, key: KeyRecord, grant: GrantRecord): Promise<void> {
  await forgetGrant(tx, grant)
  keyTable.put(tx, { ...key, grants: Math.max(0, key.grants - 1) }, key.account, key.region, key.id)
}

/** As `dropGrant`, for a key that goes itself. */
export async function forgetGrant(tx: Transaction, grant: GrantRecord): Promise<void> {
  const { account, region, keyId, grantee } = grant
  const hash = nameHash(grant)
  const row = await granteeTable.get(tx, account, region, keyId, grantee)
  const left = row?.grants.filter((id) => id !== grant.id) ?? []
  if (left.length > 0) granteeTable.put(tx, { grants: left }, account, region, keyId, grantee)
  else granteeTable.delete(tx, account, region, keyId, grantee)
  if (hash !== undefined) namedTable.delete(tx, account, region, keyId, hash)
  if (grant.retiring !== undefined) retirableTable.delete(tx, ...retirableAt(grant, grant.retiring))
  grantTable.delete(tx, account, region, keyId, grant.id)
}

function retirableAt({ account, region, keyId, id }: GrantRecord, principal: string): readonly string[] {
  return [accountOfPrincipal(principal), region, principal, account, keyId, id]
}

/** The account that an ARN names, empty for a service. */
export function accountOfPrincipal(principal: string): string {
  return principal.split(':')[4] ?? ''
}

function nameHash({ name, grantee, retiring, operations, constraint }: GrantRecord): string | undefined {
  if (name === undefined) return undefined
  const pairs = Object.entries(constraint?.equals ?? constraint?.subset ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const kind = constraint?.equals ? 'equals' : 'subset'
  const facts = [name, grantee, retiring ?? null, operations.toSorted(), constraint ? [kind, pairs] : null]
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex')
}

const tokenVersion = 1

/**
 * A token that names a grant. It opens nothing: grants hold from the moment they are made. Each call of `CreateGrant` gives
 * another one, as on AWS.
 */
export function newGrantToken({ account, keyId, id }: Pick<GrantRecord, 'account' | 'keyId' | 'id'>): string {
  const names = Buffer.from(`${account}/${keyId}/${id}`, 'latin1')
  return Buffer.concat([Buffer.from([tokenVersion]), randomBytes(16), names]).toString('base64url')
}

const namesInToken = /^(\d{12})\/([0-9a-f-]{36}|mrk-[0-9a-f]{32})\/([0-9a-f]{64})$/

/** What a token names; nothing where it is none. */
export function readGrantToken(token: string): Pick<GrantRecord, 'account' | 'keyId' | 'id'> | undefined {
  const bytes = /^[A-Za-z0-9_-]{10,400}$/.test(token) ? Buffer.from(token, 'base64url') : Buffer.alloc(0)
  const found = bytes[0] === tokenVersion ? namesInToken.exec(bytes.toString('latin1', 17)) : null
  if (!found) return undefined
  const [, account, keyId, id] = found as unknown as [string, string, string, string]
  return { account, keyId, id }
}

/** A grant as lists show it. */
export function listEntry(grant: GrantRecord): GrantListEntry {
  const { equals, subset } = grant.constraint ?? {}
  return {
    KeyId: keyArn(grant.account, grant.region, grant.keyId),
    GrantId: grant.id,
    Name: grant.name ?? '',
    CreationDate: grant.createdAt,
    GranteePrincipal: grant.grantee,
    RetiringPrincipal: grant.retiring,
    IssuingAccount: grant.issuingAccount,
    Operations: grant.operations,
    Constraints: grant.constraint && {
      ...(equals && { EncryptionContextEquals: equals }),
      ...(subset && { EncryptionContextSubset: subset }),
    },
  }
}

/** The grant of a key with this id, or nothing. */
export function findGrant(tx: Transaction, key: KeyRecord, id: string): Awaitable<GrantRecord | undefined> {
  return grantTable.get(tx, key.account, key.region, key.id, id)
}
