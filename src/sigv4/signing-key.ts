import type { Secret } from '../base/secret.ts'
import { HmacKey } from '../crypto/hmac.ts'
import { terminator } from './request.ts'

/** Where and when a derived key is good: a day as `20261123`, a region, a service. */
export interface CredentialScope {
  readonly date: string
  readonly region: string
  readonly service: string
}

/** Step 3: the key of one day, region and service. */
export function deriveSigningKey(secretAccessKey: Secret<string>, { date, region, service }: CredentialScope): HmacKey {
  const secret = Buffer.from(`AWS4${secretAccessKey.reveal()}`)
  const key = new HmacKey(secret)
  secret.fill(0)
  return key.derive(date).derive(region).derive(service).derive(terminator)
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
  readonly #keys = new Map<string, HmacKey>()
  #latest = ''

  constructor(accessKeyId: string, secretAccessKey: Secret<string>) {
    this.accessKeyId = accessKeyId
    this.#secretAccessKey = secretAccessKey
  }

  /**
   * Asks something of the key of a scope. The key is kept only if the answer is yes: whoever merely knows an access key
   * id can name any region, and would otherwise push out the keys that are in use.
   */
  proves(scope: CredentialScope, check: (key: HmacKey) => boolean): boolean {
    const id = `${scope.date}/${scope.region}/${scope.service}`
    const key = this.#keys.get(id) ?? deriveSigningKey(this.#secretAccessKey, scope)
    const proven = check(key)
    if (proven) this.#keep(id, key)
    return proven
  }

  /** Makes a key the most recently used; the least recently used one goes when there are too many. */
  #keep(id: string, key: HmacKey): void {
    // Most callers ask for one service: a map that is written over and over grows, and is copied, over and over.
    if (id === this.#latest) return
    this.#latest = id
    this.#keys.delete(id)
    this.#keys.set(id, key)
    if (this.#keys.size > maxKeys) this.#keys.delete(this.#keys.keys().next().value as string)
  }
}
