import { derivation } from '../../store/table.ts'
import type { RoleRecord } from '../iam/records.ts'
import { isOwnIssuer } from '../iam/outbound-federation.ts'
import { findOidcProvider, type OidcProviderRecord } from '../iam/oidc-provider.ts'
import { partitionOf } from '../partition.ts'
import type { AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse } from '../models/sts.ts'
import { type Context, Outside } from '../operation.ts'
import type { Platform } from '../platform.ts'
import { auditedSession } from './audited-session.ts'
import { federatedRole, letsIn } from './federated-role.ts'
import { packedSize, readSessionPolicies, sessionIssuer } from './issue-session.ts'
import { parseToken, type ParsedToken, provesToken, type VerificationKey } from './json-web-token.ts'
import {
  longerThanRole,
  noVerificationKey,
  notATokenAtAll,
  notAuthorized,
  ownToken,
  unknownProvider,
  wrongSignature,
} from './messages.ts'
import { operation } from './operation.ts'
import { nameOfIssuer, ProviderKeys } from './provider-keys.ts'
import { readSessionTags } from './session-tags.ts'
import { readIssuer, readWebIdentity, type WebIdentity } from './web-identity.ts'

const action = 'sts:AssumeRoleWithWebIdentity'
const defaultSeconds = 3600

const providerKeys = derivation(({ dev }: Platform) => new ProviderKeys({ insecureLoopback: dev }))

/**
 * Gives credentials for a session of a role to whoever brings a token of a provider that the role trusts. Nobody signs such a
 * call; the token is what proves it.
 */
export const assumeRoleWithWebIdentity = operation('AssumeRoleWithWebIdentity', {
  on: federatedRole,
  // The caller has no name before the token is read: the handler asks the role's trust policy itself.
  action: 'none',
  async handle(input, role, context) {
    const { platform } = context
    const token = parseToken(input.WebIdentityToken.reveal().trim())
    if (!token) throw notATokenAtAll()
    const issuer = readIssuer(token.claims, { insecureLoopback: platform.dev })
    const provider = await findOidcProvider(context.tx, context.resource.account, nameOfIssuer(issuer))
    if (!provider) throw unknownProvider(issuer)
    // A session made so would outlive what it came from: the limits of chains, and the key that its own session goes back to.
    if (await isOwnIssuer(context.tx, issuer)) throw ownToken()
    const now = platform.clock.real()
    const identity = readWebIdentity(token.claims, provider, now)
    const finish = await prepare(input, role, { provider, issuer, identity }, context)
    const known = providerKeys(platform)
    const keys = known.find(provider, token, now)
    if (keys) return finish(token, keys)
    return new Outside(async () => finish(token, await known.ask(provider, now)))
  },
})

interface Proof {
  readonly provider: OidcProviderRecord
  readonly issuer: string
  readonly identity: WebIdentity
}

type Finish = (token: ParsedToken, keys: readonly VerificationKey[] | undefined) => AssumeRoleWithWebIdentityResponse

/** Reads all that the answer needs; what it gives makes the answer when the provider's keys are at hand. */
async function prepare(
  input: AssumeRoleWithWebIdentityRequest,
  role: RoleRecord | undefined,
  { provider, issuer, identity }: Proof,
  context: Context,
): Promise<Finish> {
  const { call, resource } = context
  const { account } = resource
  const who = { ...identity, provider: provider.arn, sessionName: input.RoleSessionName }
  const authorised = await letsIn(who, action, context)
  const { tags, transitive } = readSessionTags(
    { Tags: identity.tags, TransitiveTagKeys: identity.transitive },
    undefined,
  )
  const policies = await readSessionPolicies(input, account, context)
  const packed = packedSize(policies, tags)
  const issue = await sessionIssuer(context)
  const { DurationSeconds: seconds = defaultSeconds, RoleSessionName: name } = input
  const { subject, audience, sourceIdentity } = identity
  return (token, keys) => {
    if (!keys) throw noVerificationKey()
    if (!provesToken(token, keys)) throw wrongSignature()
    if (!authorised || !role) throw notAuthorized(action)
    if (seconds > role.maxSessionSeconds) throw longerThanRole()
    const session = { kind: 'role', account, role: role.name, roleId: role.id, name, mfa: false } as const
    const source = sourceIdentity === undefined ? {} : { sourceIdentity }
    const output = {
      Credentials: issue({ ...session, ...policies, tags, transitive, ...source }, seconds),
      AssumedRoleUser: {
        AssumedRoleId: `${role.id}:${name}`,
        Arn: `arn:${partitionOf(call.region)}:sts::${account}:assumed-role/${role.name}/${name}`,
      },
      PackedPolicySize: packed,
      SubjectFromWebIdentityToken: subject,
      Provider: provider.arn,
      Audience: audience,
      SourceIdentity: sourceIdentity,
    }
    const said = { subjectFromWebIdentityToken: subject.slice(0, 255), provider: provider.arn, audience }
    context.note({
      responseElements: { ...auditedSession(output), ...said },
      additionalEventData: { identityProvider: issuer, subject: subject.slice(0, 255) },
    })
    return output
  }
}
