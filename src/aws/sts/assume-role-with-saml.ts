import type { RoleRecord } from '../iam/records.ts'
import { findSamlProvider, type SamlProviderRecord, signingKeys } from '../iam/saml-provider.ts'
import { partitionOf } from '../partition.ts'
import type { AssumeRoleWithSAMLRequest, AssumeRoleWithSAMLResponse } from '../models/sts.ts'
import type { Context } from '../operation.ts'
import { auditedSession } from './audited-session.ts'
import { federatedRole, letsIn } from './federated-role.ts'
import { issueSession, packedSize, readSessionPolicies } from './issue-session.ts'
import {
  assertionUsed,
  badSamlResponse,
  longerThanRole,
  notAuthorized,
  samlSignatureInvalid,
  unknownSamlProvider,
} from './messages.ts'
import { operation } from './operation.ts'
import { checkAssertion, readSamlIdentity, type SamlIdentity } from './saml-identity.ts'
import { readSamlResponse, type SamlAssertion } from './saml-response.ts'
import { readSessionTags } from './session-tags.ts'
import { useAssertion } from './used-assertions.ts'

const action = 'sts:AssumeRoleWithSAML'
const defaultSeconds = 3600

/** Gives credentials for a session of a role to whoever brings an assertion of a SAML provider that the role trusts. */
export const assumeRoleWithSAML = operation('AssumeRoleWithSAML', {
  on: federatedRole,
  // The caller has no name before the assertion is read: the handler asks the role's trust policy itself.
  action: 'none',
  async handle(input, role, context) {
    const { tx, platform } = context
    const provider = await findSamlProvider(tx, input.PrincipalArn)
    if (provider?.account !== context.resource.account) throw unknownSamlProvider()
    const read = readSamlResponse(input.SAMLAssertion.reveal(), signingKeys(provider))
    if ('refused' in read) throw read.refused === 'unsigned' ? samlSignatureInvalid() : badSamlResponse()
    const { assertion } = read
    const now = platform.clock.real()
    checkAssertion(assertion, provider, now)
    const identity = readSamlIdentity(assertion, provider)
    const named = identity.pairs.some(([arn, by]) => arn === input.RoleArn && by === provider.arn)
    if (!role || !named || !(await letsIn(identity, action, context))) throw notAuthorized(action)
    const fresh = await useAssertion(tx, { provider: provider.arn, id: assertion.id, until: assertion.notAfter, now })
    if (!fresh) throw assertionUsed()
    return issue(input, role, { provider, assertion, identity, now }, context)
  },
})

interface Proven {
  readonly provider: SamlProviderRecord
  readonly assertion: SamlAssertion
  readonly identity: SamlIdentity
  readonly now: number
}

async function issue(
  input: AssumeRoleWithSAMLRequest,
  role: RoleRecord,
  { provider, assertion, identity, now }: Proven,
  context: Context,
): Promise<AssumeRoleWithSAMLResponse> {
  const { call, resource } = context
  const { account } = resource
  const { sessionName: name, sourceIdentity } = identity
  const seconds = durationOf(input.DurationSeconds, role, { assertion, now })
  const { tags, transitive } = readSessionTags(
    { Tags: identity.tags, TransitiveTagKeys: identity.transitive },
    undefined,
  )
  const policies = await readSessionPolicies(input, account, context)
  const packed = packedSize(policies, tags)
  const session = { kind: 'role', account, role: role.name, roleId: role.id, name, mfa: false } as const
  const source = sourceIdentity === undefined ? {} : { sourceIdentity }
  const output = {
    Credentials: await issueSession({ ...session, ...policies, tags, transitive, ...source }, seconds, context),
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${name}`,
      Arn: `arn:${partitionOf(call.region)}:sts::${account}:assumed-role/${role.name}/${name}`,
    },
    PackedPolicySize: packed,
    Subject: assertion.subject,
    SubjectType: assertion.subjectType,
    Issuer: assertion.issuer,
    Audience: assertion.recipient,
    NameQualifier: identity.qualifier,
    SourceIdentity: sourceIdentity,
  }
  const subject = assertion.subject.slice(0, 255)
  context.note({
    responseElements: { ...auditedSession(output), subject, issuer: assertion.issuer, audience: assertion.recipient },
    additionalEventData: { identityProvider: provider.arn, subject },
  })
  return output
}

/** As long as asked for, and no longer than the subject's own session at the provider. */
function durationOf(
  asked: number | undefined,
  role: RoleRecord,
  { assertion, now }: Pick<Proven, 'assertion' | 'now'>,
): number {
  const wanted = asked ?? defaultSeconds
  if (wanted > role.maxSessionSeconds) throw longerThanRole()
  const left = assertion.sessionNotAfter === undefined ? wanted : Math.floor((assertion.sessionNotAfter - now) / 1000)
  return Math.max(1, Math.min(wanted, left))
}
