import { randomInt } from 'node:crypto'
import { AssertionFailure, assert } from '../base/assert.ts'
import { openBytes, overhead, sealInto } from '../crypto/aead.ts'
import type { Key } from '../store/key.ts'
import type { Codec } from '../store/store.ts'
import type { Keyring } from './keyring.ts'

const format = 1
const header = 5

/** A value was sealed under a term that this process has not learnt yet: another process has rotated the barrier key. */
export class UnknownTerm extends Error {
  override readonly name = 'UnknownTerm'
}

/** How far the barrier's key is used up. */
export interface BarrierUsage {
  /** The term that seals now, and when it began (milliseconds since 1970). */
  readonly term: number
  readonly since: number
  /** How many values this process has sealed under it, and how many it may. */
  readonly sealed: number
  readonly allowance: number
}

const meanAllowance = 2 ** 27
const longestTermMilliseconds = 365 * 24 * 60 * 60 * 1000

/**
 * One key must seal fewer than 2^32 values in all, but no process knows what the others and its predecessors sealed. So
 * each draws how many it may from an exponential distribution, which has no memory: however often processes start and
 * however many they are, the values sealed under a term are 2^27 on average, and more than 2^32 with a chance of e^-32.
 */
function newAllowance(): number {
  return Math.ceil(-Math.log(1 - randomInt(2 ** 47) / 2 ** 47) * meanAllowance)
}

/** Whether a new term is due: this one has sealed its share of values, or is a year old. */
export function barrierIsWorn({ since, sealed, allowance }: BarrierUsage, now: number): boolean {
  return sealed >= allowance || now - since >= longestTermMilliseconds
}

/**
 * Encrypts what the store holds: a format byte, the term (4 bytes), then AES-256-GCM with the key's name as associated
 * data, so that a value cannot be moved under another name. Whether the newest value of a key is the one stored is
 * beyond it: an engine that gives back an older one is believed.
 */
export class Barrier implements Codec {
  #keyring: Keyring
  readonly #reload: () => Promise<Keyring>
  #sealed = 0
  #allowance = newAllowance()

  constructor(keyring: Keyring, reload: () => Promise<Keyring>) {
    this.#keyring = keyring
    this.#reload = reload
  }

  get usage(): BarrierUsage {
    const { active: term, activeSince: since } = this.#keyring
    return { term, since, sealed: this.#sealed, allowance: this.#allowance }
  }

  encode(key: Key, record: unknown): Uint8Array {
    const text = JSON.stringify(record)
    assert(text !== undefined, 'a record must be JSON data')
    return this.encodeJson(key, text)
  }

  encodeJson(key: Key, text: string): Uint8Array {
    const { active, keys } = this.#keyring
    const secret = keys.get(active)
    assert(secret, 'the active term has a key')
    const plaintext = Buffer.from(text, 'utf8')
    const sealed = Buffer.allocUnsafe(header + plaintext.length + overhead)
    sealed[0] = format
    sealed.writeUInt32BE(active, 1)
    sealInto(sealed, header, secret, plaintext, Buffer.from(key, 'latin1'))
    plaintext.fill(0)
    this.#sealed++
    return sealed
  }

  decode(key: Key, bytes: Uint8Array): unknown {
    assert(bytes[0] === format && bytes.length >= header + overhead, 'a stored value has the barrier format')
    const term = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1)
    const secret = this.#keyring.keys.get(term)
    if (!secret) throw new UnknownTerm(`barrier term ${term}`)
    const plaintext = openBytes(secret, bytes.subarray(header), Buffer.from(key, 'latin1'))
    if (!plaintext) throw new AssertionFailure('a stored value was altered, or moved from another key')
    const record: unknown = JSON.parse(plaintext.toString('utf8'))
    plaintext.fill(0)
    return record
  }

  /** Reads the keyring again; after it, values under terms that others began can be opened. */
  async refresh(): Promise<void> {
    const keyring = await this.#reload()
    // Of two refreshes the one that read earlier may end later.
    if (keyring.active <= this.#keyring.active) return
    this.#keyring = keyring
    this.#sealed = 0
    this.#allowance = newAllowance()
  }
}
