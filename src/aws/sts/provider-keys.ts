import type { OidcProviderRecord } from '../iam/oidc-provider.ts'
import { fetchJson } from './fetch-json.ts'
import { keysFor, type ParsedToken, type VerificationKey, verificationKeys } from './json-web-token.ts'

interface Known {
  readonly keys: readonly VerificationKey[]
  readonly fetchedAt: number
}

const minute = 60_000
/** Keys as old as this are asked for again; where that fails they go on being used for a while. */
const freshFor = 10 * minute
const usedFor = 60 * minute
/** A provider is asked no more often than this, whatever tokens name. */
const asksEvery = 10_000
const mostProviders = 200
const defaultTimeout = 5000

/**
 * The signing keys of OpenID Connect providers, found by discovery (OpenID Connect Discovery 1.0, section 4) and kept. A token
 * that names a key which is not known makes them be asked for again, at a bounded rate.
 */
export class ProviderKeys {
  readonly #insecureLoopback: boolean
  readonly #timeoutMilliseconds: number
  readonly #known = new Map<string, Known>()
  readonly #asked = new Map<string, number>()
  readonly #asking = new Map<string, Promise<void>>()

  constructor(options: { readonly insecureLoopback: boolean; readonly timeoutMilliseconds?: number }) {
    this.#insecureLoopback = options.insecureLoopback
    this.#timeoutMilliseconds = options.timeoutMilliseconds ?? defaultTimeout
  }

  /** The keys at hand for a token, or nothing where the provider must be asked. `now` is the machine's time. */
  find(provider: OidcProviderRecord, token: ParsedToken, now: number): readonly VerificationKey[] | undefined {
    const known = this.#known.get(identityOf(provider))
    if (!known || now - known.fetchedAt >= usedFor) return undefined
    if (now - known.fetchedAt >= freshFor && this.#mayAsk(provider, now)) return undefined
    if (keysFor(token, known.keys).length === 0 && this.#mayAsk(provider, now)) return undefined
    return known.keys
  }

  /** Asks the provider, unless it was asked just now; then whatever is at hand. */
  async ask(provider: OidcProviderRecord, now: number): Promise<readonly VerificationKey[] | undefined> {
    const id = identityOf(provider)
    if (this.#mayAsk(provider, now) && !this.#asking.has(id)) {
      this.#asked.set(id, now)
      if (this.#asked.size > mostProviders) this.#asked.delete(this.#asked.keys().next().value as string)
      const asking = this.#fetch(provider, id, now).finally(() => this.#asking.delete(id))
      this.#asking.set(id, asking)
    }
    await this.#asking.get(id)
    const known = this.#known.get(id)
    return known && now - known.fetchedAt < usedFor ? known.keys : undefined
  }

  #mayAsk(provider: OidcProviderRecord, now: number): boolean {
    const asked = this.#asked.get(identityOf(provider))
    return asked === undefined || now - asked >= asksEvery
  }

  async #fetch({ name, thumbprints }: OidcProviderRecord, id: string, now: number): Promise<void> {
    const insecureLoopback = this.#insecureLoopback
    const options = {
      thumbprints,
      insecureLoopback,
      timeoutMilliseconds: this.#timeoutMilliseconds,
      mostBytes: 256 * 1024,
      now,
    }
    const loopback = /^(?:localhost|127\.0\.0\.1)(?::|\/|$)/.test(name)
    const scheme = insecureLoopback && loopback && thumbprints.length === 0 ? 'http' : 'https'
    const document = await fetchJson(`${scheme}://${name}/.well-known/openid-configuration`, options)
    const { issuer, jwks_uri: uri } = (document ?? {}) as { issuer?: unknown; jwks_uri?: unknown }
    if (typeof issuer !== 'string' || nameOfIssuer(issuer) !== name || typeof uri !== 'string') return
    const keys = verificationKeys(await fetchJson(uri, options))
    if (!keys) return
    this.#known.delete(id)
    this.#known.set(id, { keys, fetchedAt: now })
    if (this.#known.size > mostProviders) this.#known.delete(this.#known.keys().next().value as string)
  }
}

/** The name of the provider that an `iss` claim means. */
export function nameOfIssuer(issuer: string): string {
  return issuer.replace(/^https?:\/\//, '').replace(/\/$/, '')
}

/** One that was deleted and made anew, or pinned otherwise, is another. */
function identityOf({ arn, createdAt, thumbprints }: OidcProviderRecord): string {
  return JSON.stringify([arn, createdAt, thumbprints])
}
