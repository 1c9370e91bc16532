import { createHash, type KeyObject } from 'node:crypto'
import { assert } from '../../base/assert.ts'
import { openMessage, sealMessage } from '../../keys/message.ts'
import { type TokenCiphertext, TokenFailure } from '../../keys/token.ts'
import type { Finding } from '../operation.ts'
import { type Ciphertext, type CiphertextOrigin, readExternal, writeExternal } from './ciphertext.ts'
import { arnOf } from './key.ts'
import { type HsmSettings, type KeyStoreRecord, storeOf } from './key-store.ts'
import { keyObjectOf, readCurrentMaterial } from './material.ts'
import { invalidCiphertext, keyStoreUnavailable, tokenFailed } from './messages.ts'
import type { KeyRecord } from './records.ts'
import { decryptOutside, encryptOutside, type ExternalCiphertext } from './xks.ts'

interface Use {
  readonly finding: Finding
  readonly store: KeyStoreRecord
  readonly key: KeyRecord
  /** The KMS operation as AWS names it. */
  readonly operation: string
}

/** Encrypts under a key that is in a custom key store. Nothing changes there, so that it may be done again. */
export async function encryptInStore(
  finding: Finding,
  key: KeyRecord,
  operation: string,
  plaintext: Uint8Array,
  context: Uint8Array,
): Promise<Buffer> {
  const store = await connectedStore(finding, key)
  const use = { finding, store, key, operation }
  const origin = originOf(key)
  return writeExternal(origin, async (header) => {
    const bound = boundTo(header, context)
    return store.xks ? encryptByProxy(use, plaintext, bound) : encryptByToken(use, plaintext, bound)
  })
}

export async function decryptInStore(
  finding: Finding,
  key: KeyRecord,
  operation: string,
  ciphertext: Ciphertext,
  context: Uint8Array,
): Promise<Buffer> {
  const store = await connectedStore(finding, key)
  if (ciphertext.materialId !== key.material) throw invalidCiphertext()
  const parts = readExternal(ciphertext)
  if (!parts) throw invalidCiphertext()
  const { header, sealed } = parts
  const use = { finding, store, key, operation }
  const bound = boundTo(header, context)
  const plaintext = store.xks ? await decryptByProxy(use, sealed, bound) : await decryptByToken(use, sealed, bound)
  if (!plaintext) throw invalidCiphertext()
  return plaintext
}

async function connectedStore({ tx }: Finding, key: KeyRecord): Promise<KeyStoreRecord> {
  const store = await storeOf(tx, key)
  if (store?.state !== 'CONNECTED') throw keyStoreUnavailable()
  return store
}

function originOf({ account, id, material }: KeyRecord): CiphertextOrigin {
  assert(material, 'a key in a custom key store has a material id')
  return { account, keyId: id, materialId: material }
}

/** What the outside is given to bind: no part of the encryption context leaves, however long it is. */
function boundTo(header: Uint8Array, context: Uint8Array): Buffer {
  return createHash('sha256').update(header).update(context).digest()
}

/** Twice: under a key of ours, then under the external one, so that neither side alone can read. */
async function encryptByProxy(use: Use, plaintext: Uint8Array, bound: Uint8Array): Promise<ExternalCiphertext> {
  const inner = sealMessage(await ownKeyOf(use), plaintext, bound)
  return encryptOutside(proxyOf(use), { ...externalKeyOf(use), associated: bound }, inner)
}

async function decryptByProxy(use: Use, sealed: ExternalCiphertext, bound: Uint8Array): Promise<Buffer | undefined> {
  const inner = await decryptOutside(proxyOf(use), { ...externalKeyOf(use), associated: bound }, sealed)
  return openMessage(await ownKeyOf(use), inner, bound)
}

async function ownKeyOf({ finding, key }: Use): Promise<KeyObject> {
  return keyObjectOf(await readCurrentMaterial(finding.tx, key), key)
}

function proxyOf({ finding, store, operation }: Use) {
  assert(store.xks, 'only external key stores have a proxy')
  const { call, platform } = finding
  return { settings: store.xks, call, platform, operation, purpose: 'use' as const }
}

function externalKeyOf({ key }: Use) {
  assert(key.customStore, 'a key in an external key store rests on an external key')
  return { xksKeyId: key.customStore.keyId, keyArn: arnOf(key) }
}

async function encryptByToken(use: Use, plaintext: Uint8Array, bound: Uint8Array): Promise<ExternalCiphertext> {
  const { token, password, label } = tokenOf(use)
  const sealed: TokenCiphertext = await orRefuse(token.encrypt(password, label, plaintext, bound))
  return { ...sealed, metadata: Buffer.alloc(0) }
}

function decryptByToken(use: Use, sealed: ExternalCiphertext, bound: Uint8Array): Promise<Buffer | undefined> {
  const { token, password, label } = tokenOf(use)
  return orRefuse(token.decrypt(password, label, sealed, bound))
}

function tokenOf({ finding, store, key }: Use) {
  const { clusterId, password } = store.hsm as HsmSettings
  const token = finding.platform.tokens?.get(clusterId)
  if (!token || !key.customStore) throw keyStoreUnavailable()
  return { token, password, label: key.customStore.keyId }
}

/** What a token failed at, as KMS says it. */
export async function orRefuse<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof TokenFailure ? tokenFailed(error.kind) : error
  }
}
