import { createHmac, createPublicKey, type KeyObject, randomBytes } from 'node:crypto'
import { assert } from '../../base/assert.ts'
import { toBase64 } from '../../base/bytes.ts'
import { type KeyKindName, keyKinds, publicKeyOf as exportPublic } from '../../keys/kinds.ts'
import type { Awaitable, Transaction } from '../../store/store.ts'
import { derivation } from '../../store/table.ts'
import type { KeySpec } from '../models/kms.ts'
import { keySpecs } from './key-specs.ts'
import { type KeyRecord, type MaterialRecord, materialScope, materialTable } from './records.ts'
import { orThrottle } from './throttle.ts'

/** The material of a key with this id, as it is stored; nothing where there is none. */
export function findMaterial(tx: Transaction, record: KeyRecord, id: string): Awaitable<MaterialRecord | undefined> {
  return materialTable.get(tx, record.account, materialScope(record), record.id, id)
}

export function putMaterial(tx: Transaction, record: KeyRecord, material: MaterialRecord): void {
  materialTable.put(tx, material, record.account, materialScope(record), record.id, material.id)
}

/** More than a key ever gets: 25 rotations on demand, and one every 90 days for a century. */
const mostMaterials = 1_000

/** All materials of a key, the oldest first. */
export async function materialsOf(tx: Transaction, record: KeyRecord): Promise<readonly MaterialRecord[]> {
  const under = [record.account, materialScope(record), record.id]
  const rows = await materialTable.range(tx, { under, limit: mostMaterials })
  return rows.map((row) => row.record).toSorted((a, b) => a.sequence - b.sequence)
}

/** The material that encrypts and signs now, of a key that is enabled and therefore has one. */
export async function readCurrentMaterial(tx: Transaction, record: KeyRecord): Promise<MaterialRecord> {
  assert(record.material, 'an enabled key has a current material')
  const material = await findMaterial(tx, record, record.material)
  assert(material?.secret, 'the current material of an enabled key is there')
  return material
}

export function kindOf({ spec }: Pick<KeyRecord, 'spec'>): KeyKindName {
  const kind = keySpecs[spec]?.kind
  assert(kind, 'keys have specs that are served')
  return kind
}

/** Generates material for a key of a spec. */
export async function newMaterial(spec: KeySpec, sequence: number, now: number): Promise<MaterialRecord> {
  const bytes = await orThrottle(keyKinds[kindOf({ spec })].generate())
  const secret = toBase64(bytes)
  bytes.fill(0)
  return { id: randomBytes(32).toString('hex'), createdAt: now, sequence, secret }
}

/** The key object of a material: secret or private. It hangs on the record and falls with it. */
export function keyObjectOf(material: MaterialRecord, record: KeyRecord): KeyObject {
  return loaders[kindOf(record)](material)
}

/** The secret key of a symmetric key, or the private key of an asymmetric one, that is enabled. */
export async function currentKeyOf(tx: Transaction, record: KeyRecord): Promise<KeyObject> {
  return keyObjectOf(await readCurrentMaterial(tx, record), record)
}

/** The public key of an asymmetric key that is enabled. */
export async function publicKeyOf(tx: Transaction, record: KeyRecord): Promise<KeyObject> {
  return publicHalf(await currentKeyOf(tx, record))
}

/** Read from its own bytes: OpenSSL verifies faster with such a key than with one that it took out of a private key. */
const publicHalf = derivation((privateKey: KeyObject) =>
  createPublicKey({ key: exportPublic(privateKey), format: 'der', type: 'spki' }),
)

/** One for each kind: a material is of the kind of its key, always. */
const loaders = Object.fromEntries(
  Object.entries(keyKinds).map(([name, kind]) => [
    name,
    derivation((material: MaterialRecord): KeyObject => {
      assert(material.secret, 'only material that is there is used')
      const bytes = Buffer.from(material.secret, 'base64')
      const key = kind.load(bytes)
      bytes.fill(0)
      return key
    }),
  ]),
) as Readonly<Record<KeyKindName, (material: MaterialRecord) => KeyObject>>

/** The id of imported material: the same for the same bytes under one key, and of no use to guess them. */
export function importedMaterialId(salt: string, bytes: Uint8Array): string {
  return createHmac('sha256', Buffer.from(salt, 'base64'))
    .update('keyturn imported material 1')
    .update(bytes)
    .digest('hex')
}
