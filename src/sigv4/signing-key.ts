import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import type { Secret } from '../base/secret.ts'
import { terminator } from './request.ts'

/** Where and when a derived key is good: a day as `20261123`, a region, a service. */
export interface CredentialScope {
  readonly date: string
  readonly region: string
  readonly service: string
}

/** Step 3: the key of one day, region and service. A KeyObject, because raw bytes as a key cost 10 µs at every use. */
export function deriveSigningKey(
  secretAccessKey: Secret<string>,
  { date, region, service }: CredentialScope,
): KeyObject {
  let key = Buffer.from(`AWS4${secretAccessKey.reveal()}`)
  for (const part of [date, region, service, terminator]) {
    const next = createHmac('sha256', key).update(part).digest()
    key.fill(0)
    key = next
  }
  const signingKey = createSecretKey(key)
  key.fill(0)
  return signingKey
}

/** Two days, several regions, every service. */
const maxKeys = 64

/**
 * The secret of one access key with the keys derived from it. Hangs on the record of the access key and falls with it,
 * so that a new or deleted secret leaves no derived key behind.
 */
export class SigningSecret {
  readonly accessKeyId: string
  readonly #secretAccessKey: Secret<string>
  readonly #keys = new Map<string, KeyObject>()

  constructor(accessKeyId: string, secretAccessKey: Secret<string>) {
    this.accessKeyId = accessKeyId
    this.#secretAccessKey = secretAccessKey
  }

  /**
   * Asks something of the key of a scope. The key is kept only if the answer is yes: whoever merely knows an access key
   * id can name any region, and would otherwise push out the keys that are in use.
   */
  proves(scope: CredentialScope, check: (key: KeyObject) => boolean): boolean {
    const id = `${scope.date}/${scope.region}/${scope.service}`
    const key = this.#keys.get(id) ?? deriveSigningKey(this.#secretAccessKey, scope)
    const proven = check(key)
    if (proven) this.#keep(id, key)
    return proven
  }

  /** Makes a key the most recently used; the least recently used one goes when there are too many. */
  #keep(id: string, key: KeyObject): void {
    this.#keys.delete(id)
    this.#keys.set(id, key)
    if (this.#keys.size > maxKeys) this.#keys.delete(this.#keys.keys().next().value as string)
  }
}
