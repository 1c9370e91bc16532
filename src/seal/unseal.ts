import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { fromUtf8 } from '../base/bytes.ts'
import type { Backend } from '../store/backend.ts'
import { keyOf } from '../store/key.ts'
import { Barrier, barrierIsWorn } from './barrier.ts'
import { newKeyring, openKeyring, withNewTerm } from './keyring.ts'
import { type Seal, type SealedRoot, SealRefused } from './seal.ts'

const rootAt = keyOf('seal', 'root')
const keyringAt = keyOf('seal', 'keyring')

/** An open store: its barrier, and what needs the root key. */
export interface Unsealed {
  readonly barrier: Barrier
  /** Begins a new term of the barrier key. Values under old terms stay readable; answers the new term. */
  readonly rotate: (now: number) => Promise<number>
  /** Does so where `barrierIsWorn` says that it is due; to be asked about once a minute. */
  readonly rotateIfWorn: (now: number) => Promise<void>
}

export async function isInitialised(backend: Backend): Promise<boolean> {
  const [root] = await backend.get([rootAt])
  return root !== undefined
}

/** Makes the root key and the first barrier key, once in the life of a store. Refuses a store that has them. */
export async function initialise(backend: Backend, seal: Seal, now: number): Promise<Unsealed> {
  const rootBytes = randomBytes(32)
  const sealedRoot = await seal.wrap(rootBytes)
  const rootKey = createSecretKey(rootBytes)
  rootBytes.fill(0)
  const result = await backend.commit(
    [
      { key: rootAt, version: 0 },
      { key: keyringAt, version: 0 },
    ],
    [
      { key: rootAt, value: Buffer.from(JSON.stringify(sealedRoot)) },
      { key: keyringAt, value: newKeyring(rootKey, now) },
    ],
  )
  if (result === 'conflict') {
    throw new SealRefused(
      'This store is initialised already: its root key is never made anew, because all data would be lost with the old one.',
    )
  }
  return open(backend, rootKey)
}

/** Opens an initialised store with its seal. */
export async function unseal(backend: Backend, seal: Seal): Promise<Unsealed> {
  const [root] = await backend.get([rootAt])
  if (!root) throw new SealRefused('This store is empty: run «keyturn init» first.')
  const rootBytes = await seal.unwrap(parseSealedRoot(root.value))
  const rootKey = createSecretKey(rootBytes)
  rootBytes.fill(0)
  return open(backend, rootKey)
}

function parseSealedRoot(bytes: Uint8Array): SealedRoot {
  try {
    const { kind, wrapped } = JSON.parse(fromUtf8(bytes) ?? '') as Partial<SealedRoot>
    if (typeof kind === 'string' && typeof wrapped === 'string') return { kind, wrapped }
  } catch {
    // Told below: whatever is wrong with the text, the remedy is the same.
  }
  throw new SealRefused(
    'The sealed root key in the store cannot be read: the store was altered. Restore it from a backup.',
  )
}

async function open(backend: Backend, rootKey: KeyObject): Promise<Unsealed> {
  const load = async () => openKeyring(rootKey, (await readKeyring(backend)).value)
  const barrier = new Barrier(await load(), load)

  async function rotate(now: number): Promise<number> {
    const stored = await readKeyring(backend)
    const value = withNewTerm(rootKey, stored.value, now)
    // Where another process was quicker, it has begun a new term just now, which is all that was asked for.
    await backend.commit([{ key: keyringAt, version: stored.version }], [{ key: keyringAt, value }])
    await barrier.refresh()
    return barrier.usage.term
  }

  async function rotateIfWorn(now: number): Promise<void> {
    if (!barrierIsWorn(barrier.usage, now)) return
    // Another process that shares the store may have begun a term that this one has not met yet.
    await barrier.refresh()
    if (barrierIsWorn(barrier.usage, now)) await rotate(now)
  }

  return { barrier, rotate, rotateIfWorn }
}

async function readKeyring(backend: Backend) {
  const [stored] = await backend.get([keyringAt])
  if (!stored)
    throw new SealRefused('The store has a root key but no keyring: it was altered. Restore it from a backup.')
  return stored
}
