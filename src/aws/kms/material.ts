import { createHmac, type KeyObject, randomBytes } from 'node:crypto'
import { assert } from '../../base/assert.ts'
import { toBase64 } from '../../base/bytes.ts'
import { keyKinds } from '../../keys/kinds.ts'
import { derivation } from '../../store/table.ts'
import type { Transaction } from '../../store/store.ts'
import { keySpecs } from './key-specs.ts'
import { type KeyRecord, type MaterialRecord, materialScope, materialTable } from './records.ts'
import type { KeySpec } from '../models/kms.ts'

/** The material of a key with this id, as it is stored; nothing where there is none. */
export function findMaterial(tx: Transaction, record: KeyRecord, id: string): Promise<MaterialRecord | undefined> {
  return materialTable.get(tx, record.account, materialScope(record), record.id, id)
}

export function putMaterial(tx: Transaction, record: KeyRecord, material: MaterialRecord): void {
  materialTable.put(tx, material, record.account, materialScope(record), record.id, material.id)
}

/** The material that encrypts and signs now, of a key that is enabled and therefore has one. */
export async function readCurrentMaterial(tx: Transaction, record: KeyRecord): Promise<MaterialRecord> {
  assert(record.material, 'an enabled key has a current material')
  const material = await findMaterial(tx, record, record.material)
  assert(material?.secret, 'the current material of an enabled key is there')
  return material
}

/** Generates material for a key of a spec. */
export async function newMaterial(spec: KeySpec, sequence: number, now: number): Promise<MaterialRecord> {
  const kind = keySpecs[spec]?.kind
  assert(kind, 'material is made for specs that are served')
  const bytes = await keyKinds[kind].generate()
  const secret = toBase64(bytes)
  bytes.fill(0)
  return { id: randomBytes(32).toString('hex'), createdAt: now, sequence, secret }
}

/**
 * The key object of a material, which cannot be taken out of the process by those who use it. It hangs on the record and falls
 * with it. All records of one key have one spec.
 */
export function keyObjectOf(material: MaterialRecord, spec: KeySpec): KeyObject {
  return loaders[spec]?.(material) ?? assertNever(spec)
}

type Loader = (material: MaterialRecord) => KeyObject

const loaders: Readonly<Partial<Record<KeySpec, Loader>>> = Object.fromEntries(
  Object.entries(keySpecs).map(([spec, { kind }]) => [
    spec,
    derivation((material: MaterialRecord) => {
      assert(material.secret, 'only material that is there is used')
      const bytes = Buffer.from(material.secret, 'base64')
      const key = keyKinds[kind].load(bytes)
      bytes.fill(0)
      return key
    }),
  ]),
)

function assertNever(spec: KeySpec): never {
  throw new TypeError(`no key has the spec ${spec}`)
}

/** The id of imported material: the same for the same bytes under one key, and of no use to guess them. */
export function importedMaterialId(salt: string, bytes: Uint8Array): string {
  return createHmac('sha256', Buffer.from(salt, 'base64'))
    .update('keyturn imported material 1')
    .update(bytes)
    .digest('hex')
}
