import { sign } from 'node:crypto'
import { promisify } from 'node:util'
import { uuid } from '../../base/ids.ts'
import { Secret } from '../../base/secret.ts'
import type { Caller } from '../call.ts'
import { findFederation, issuerUrl } from '../iam/outbound-federation.ts'
import type { GetWebIdentityTokenRequest } from '../models/sts.ts'
import type { Context } from '../operation.ts'
import { federationDisabled, longerThanSession, tokenTooLarge, unknownTokenAlgorithm } from './messages.ts'
import { operation } from './operation.ts'
import { readSessionTags } from './session-tags.ts'
import { currentTokenKey, type SigningKey, tokenAlgorithms, type TokenAlgorithm } from './token-keys.ts'

const defaultSeconds = 300
const longestPayload = 8192

/** Gives the caller a token with which to prove to others who it is (IAM user guide, «Outbound identity federation»). */
export const getWebIdentityToken = operation('GetWebIdentityToken', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  conditions: ({ Audience, DurationSeconds = defaultSeconds, SigningAlgorithm }) => ({
    'sts:IdentityTokenAudience': Audience,
    'sts:DurationSeconds': DurationSeconds,
    'sts:SigningAlgorithm': SigningAlgorithm,
  }),
  async handle(input, _record, context) {
    const { tx, call, platform, resource } = context
    const { account, session } = call.caller
    const { SigningAlgorithm: algorithm, DurationSeconds: seconds = defaultSeconds, Tags = [] } = input
    if (!isTokenAlgorithm(algorithm)) throw unknownTokenAlgorithm(algorithm)
    if (Tags.length > 0) await context.require({ action: 'sts:TagGetWebIdentityToken', resource })
    const federation = await findFederation(tx, account)
    if (!federation?.enabled) throw federationDisabled()
    if (session?.expiresAt !== undefined && call.now + seconds * 1000 > session.expiresAt) throw longerThanSession()
    // Those who verify tokens know the time of the machine and no other.
    const issuedAt = Math.floor(platform.clock.real() / 1000)
    const claims = {
      iss: issuerUrl(federation, platform),
      aud: input.Audience.length === 1 ? input.Audience[0] : input.Audience,
      sub: subjectOf(call.caller),
      iat: issuedAt,
      exp: issuedAt + seconds,
      jti: uuid(),
      'https://sts.amazonaws.com/': await ownClaims(input, context),
    }
    const payload = JSON.stringify(claims)
    if (Buffer.byteLength(payload) > longestPayload) throw tokenTooLarge()
    const key = await currentTokenKey(tx, { account, algorithm, now: call.now })
    const expiration = claims.exp * 1000
    context.note({ responseElements: { tokenId: claims.jti, expiration: new Date(expiration).toISOString() } })
    return { WebIdentityToken: new Secret(await signedToken(payload, key)), Expiration: expiration }
  },
})

function isTokenAlgorithm(name: string): name is TokenAlgorithm {
  return Object.hasOwn(tokenAlgorithms, name)
}

/** A session of a role is its role to others. */
function subjectOf({ principal, arn }: Caller): string {
  return principal.type === 'role-session' ? principal.roleArn : arn
}

/** What AWS tells of a caller beside the standard claims, as far as it is known here; absent members are left out. */
async function ownClaims(
  input: GetWebIdentityTokenRequest,
  { tx, call, platform }: Context,
): Promise<Readonly<Record<string, unknown>>> {
  const { caller, region } = call
  const { session, account, principal } = caller
  const policies = await platform.identities.policies(tx, caller)
  const { tags: given } = readSessionTags({ Tags: input.Tags }, undefined)
  const path = platform.organization?.pathOf(account)
  const expiresAt = principal.type === 'role-session' ? session?.expiresAt : undefined
  return {
    aws_account: account,
    source_region: region,
    org_id: path === undefined ? undefined : platform.organization?.id,
    ou_path: path,
    principal_tags: unlessEmpty({ ...policies?.tags, ...session?.tags }),
    original_session_exp: expiresAt === undefined ? undefined : new Date(expiresAt).toISOString(),
    source_identity: session?.sourceIdentity,
    request_tags: unlessEmpty(Object.fromEntries(given)),
  }
}

function unlessEmpty(tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> | undefined {
  return Object.keys(tags).length > 0 ? tags : undefined
}

const signOffThread = promisify(sign)
const hashes = { RS256: 'sha256', ES384: 'sha384' } as const satisfies Record<TokenAlgorithm, string>

/** A compact JWS (RFC 7515). */
async function signedToken(payload: string, { id, algorithm, key }: SigningKey): Promise<string> {
  const header = JSON.stringify({ alg: algorithm, kid: id, typ: 'JWT' })
  const text = `${Buffer.from(header).toString('base64url')}.${Buffer.from(payload).toString('base64url')}`
  const signature = await signOffThread(hashes[algorithm], Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
  return `${text}.${signature.toString('base64url')}`
}
