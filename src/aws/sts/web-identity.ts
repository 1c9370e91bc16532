import type { Conditions } from '../operation.ts'
import type { OidcProviderRecord } from '../iam/oidc-provider.ts'
import type { Tag } from '../models/sts.ts'
import type { ParsedToken } from './json-web-token.ts'
import { badTagClaims, claimMissing, notYetValid, tokenExpired, unknownProvider, wrongAudience } from './messages.ts'

/** What the claims of a web identity token say, once they are known to make sense. They prove nothing before the signature. */
export interface WebIdentity {
  readonly subject: string
  /** The client the token was made for, as AWS answers it. */
  readonly audience: string
  readonly conditions: Conditions
  readonly tags: readonly Tag[]
  readonly transitive: readonly string[]
  readonly sourceIdentity: string | undefined
}

type Claims = ParsedToken['claims']

/** The issuer that a token names, or the answer for one that no provider could have issued. */
export function readIssuer(claims: Claims, { insecureLoopback }: { readonly insecureLoopback: boolean }): string {
  const { iss } = claims
  if (typeof iss !== 'string') throw claimMissing('iss')
  const local = insecureLoopback && /^http:\/\/(?:localhost|127\.0\.0\.1)(?::|\/|$)/.test(iss)
  if (!iss.startsWith('https://') && !local) throw unknownProvider(iss.slice(0, 255))
  return iss
}

const leewaySeconds = 300

/**
 * Reads the claims of a token of a provider. The audience is the authorised party where the token names one, and must be one
 * of the provider's clients (OpenID Connect Core 1.0, section 3.1.3.7; IAM user guide, «Available keys for AWS OIDC
 * federation»). `now` is the machine's time in milliseconds.
 */
export function readWebIdentity(claims: Claims, provider: OidcProviderRecord, now: number): WebIdentity {
  const { sub, exp, iat, nbf, azp, aud } = claims
  if (typeof sub !== 'string' || sub === '') throw claimMissing('sub')
  if (typeof exp !== 'number') throw claimMissing('exp')
  const audiences = (Array.isArray(aud) ? aud : [aud]).filter((one): one is string => typeof one === 'string')
  if (audiences.length === 0) throw claimMissing('aud')
  const clients = typeof azp === 'string' ? [azp] : audiences
  const audience = clients.find((client) => provider.clientIds.includes(client))
  if (audience === undefined) throw wrongAudience()
  const seconds = Math.floor(now / 1000)
  if (exp <= seconds) throw tokenExpired(seconds, Math.floor(exp))
  const from = Math.max(typeof nbf === 'number' ? nbf : 0, typeof iat === 'number' ? iat : 0)
  if (from > seconds + leewaySeconds) throw notYetValid()
  return {
    subject: sub,
    audience,
    ...readTagClaims(claims),
    conditions: claimConditions(claims, provider.name, clients),
  }
}

/** Claims whose meaning the standards give. */
const registered = new Set(['iss', 'sub', 'aud', 'azp', 'exp', 'nbf', 'iat', 'jti', 'amr', 'acr', 'email'])

/**
 * Claims as condition keys: the provider's name, a colon, the claim. `aud` is who may use the token, `oaud` what `aud` said. Keys
 * are the same in whichever case, claims are not: of two that meet, none but the one in lower case is known, so that a claim
 * `SUB`, which a provider may let its users choose, cannot pass for `sub`.
 */
function claimConditions(claims: Claims, name: string, clients: readonly string[]): Conditions {
  const conditions: Record<string, string | readonly string[]> = {}
  const met = new Map<string, number>()
  for (const claim of Object.keys(claims)) met.set(claim.toLowerCase(), (met.get(claim.toLowerCase()) ?? 0) + 1)
  for (const [claim, value] of Object.entries(claims)) {
    const lowered = claim.toLowerCase()
    if (lowered === 'oaud' || (lowered !== claim && (registered.has(lowered) || met.get(lowered) !== 1))) continue
    const values = (Array.isArray(value) ? value : [value]).filter(
      (one) => typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean',
    )
    const texts = values.map(String)
    if (texts.length === 0) continue
    conditions[`${name}:${claim === 'aud' ? 'oaud' : claim}`] = Array.isArray(value) ? texts : (texts[0] as string)
  }
  conditions[`${name}:aud`] = clients.length === 1 ? (clients[0] as string) : clients
  return conditions
}

const tagsClaim = 'https://aws.amazon.com/tags'
const sourceIdentityClaim = 'https://aws.amazon.com/source_identity'

/** Session tags and source identity that a token carries (IAM user guide, «Pass session tags in AWS STS»). */
function readTagClaims(claims: Claims): Pick<WebIdentity, 'tags' | 'transitive' | 'sourceIdentity'> {
  const nested = claims[tagsClaim] ?? {}
  const source = claims[sourceIdentityClaim]
  if (typeof nested !== 'object' || nested === null || (source !== undefined && !isName(source))) throw badTagClaims()
  const { principal_tags: given = {}, transitive_tag_keys: keys = [] } = nested as Record<string, unknown>
  if (typeof given !== 'object' || given === null || !Array.isArray(keys)) throw badTagClaims()
  const tags = Object.entries(given).map(([Key, value]): Tag => {
    const Value: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value
    if (typeof Value !== 'string' || !isTag(Key, 128) || !isTag(Value, 256)) throw badTagClaims()
    return { Key, Value }
  })
  if (tags.length > 50 || !keys.every((key): key is string => typeof key === 'string')) throw badTagClaims()
  return { tags, transitive: keys, sourceIdentity: source as string | undefined }
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && /^[\w+=,.@-]{2,64}$/.test(value)
}

function isTag(text: string, longest: number): boolean {
  return text.length <= longest && /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(text)
}
