import type { KeyObject } from 'node:crypto'
import { randomBytes } from 'node:crypto'
import { fromUtf8 } from '../base/bytes.ts'
import { aes256Key, openBytes, sealBytes } from '../crypto/aead.ts'
import { SealRefused } from './seal.ts'

/** One key of the barrier. Terms count from 1; the newest seals, all of them open. */
interface Term {
  readonly term: number
  readonly key: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

interface StoredKeyring {
  readonly version: 1
  readonly terms: readonly Term[]
}

/** The barrier's keys, ready for use. */
export interface Keyring {
  readonly active: number
  readonly keys: ReadonlyMap<number, KeyObject>
  readonly activeSince: number
}

const associated = Buffer.from('keyturn keyring 1')

/** A keyring with one new term, sealed under the root key. */
export function newKeyring(rootKey: KeyObject, now: number): Buffer {
  return sealKeyring(rootKey, { version: 1, terms: [newTerm(1, now)] })
}

/** The sealed keyring with one more term, which becomes the active one. */
export function withNewTerm(rootKey: KeyObject, sealed: Uint8Array, now: number): Buffer {
  const { terms } = openStored(rootKey, sealed)
  return sealKeyring(rootKey, { version: 1, terms: [...terms, newTerm((terms.at(-1)?.term ?? 0) + 1, now)] })
}

export function openKeyring(rootKey: KeyObject, sealed: Uint8Array): Keyring {
  const { terms } = openStored(rootKey, sealed)
  const newest = terms.at(-1) as Term
  const keys = new Map(terms.map(({ term, key }) => [term, aes256Key(Buffer.from(key, 'base64'))]))
  return { active: newest.term, keys, activeSince: newest.createdAt }
}

function newTerm(term: number, now: number): Term {
  return { term, key: randomBytes(32).toString('base64'), createdAt: now }
}

function sealKeyring(rootKey: KeyObject, stored: StoredKeyring): Buffer {
  return sealBytes(rootKey, Buffer.from(JSON.stringify(stored)), associated)
}

function openStored(rootKey: KeyObject, sealed: Uint8Array): StoredKeyring {
  const plaintext = openBytes(rootKey, sealed, associated)
  const text = plaintext && fromUtf8(plaintext)
  plaintext?.fill(0)
  const stored = text === undefined ? undefined : (JSON.parse(text) as StoredKeyring)
  if (stored?.version !== 1 || stored.terms.length === 0) {
    throw new SealRefused(
      'The keyring in the store does not open under the root key: the store was altered, or parts of two stores were mixed. Restore it from a backup.',
    )
  }
  return stored
}
