import { Secret } from '../../base/secret.ts'
import { evaluate } from '../../iam/evaluate.ts'
import { conditionLookup } from '../conditions.ts'
import type { RoleRecord } from '../iam/records.ts'
import type { Call } from '../call.ts'
import type { Context, Finding } from '../operation.ts'
import { partitionOf } from '../partition.ts'
import type { Resource } from '../resource.ts'
import { serviceCaller } from '../service-call.ts'
import { roleWithArn } from '../sts/assumable-role.ts'
import { auditedSession } from '../sts/audited-session.ts'
import { issueSession, packedSize } from '../sts/issue-session.ts'
import { readSessionTags } from '../sts/session-tags.ts'
import { type CertificateIdentity, identityOf } from './certificate-identity.ts'
import {
  anchorUnusable,
  certificateNeeded,
  durationTooLong,
  profileUnusable,
  propertiesNeeded,
  roleRefuses,
  sessionNameNotTaken,
} from './messages.ts'
import { operation } from './operation.ts'
import { type ProfileRecord, profiles, type TrustAnchorRecord, trustAnchors } from './records.ts'
import { rememberSubject } from './seen-subject.ts'
import { type AskedSession, readAsked } from './session-request.ts'
import type { CreateSessionRequest, CreateSessionResponse } from './session-shapes.ts'
import { trustedCertificate } from './trusted-certificate.ts'

/**
 * Gives credentials for a session of a role to whoever signed with the key of a certificate that a trust anchor of the role's
 * account vouches for. Certificate, profile and the role's trust policy decide; no policy of a caller does, who has none.
 */
export const createSession = operation('CreateSession', {
  async on(input, finding): Promise<Resource<AskedSession>> {
    if (!finding.call.caller.certificates) throw certificateNeeded()
    const asked = readAsked(input, finding)
    const { account, trustAnchor } = asked
    return { arn: trustAnchor.arn, account, type: 'AWS::RolesAnywhere::TrustAnchor', record: asked }
  },
  action: 'none',
  async handle(input, asked, context) {
    const { tx, call } = context
    const { account, trustAnchor, profile: wanted, roleArn } = asked
    const anchor = await trustAnchors.get(tx, account, call.region, trustAnchor.id)
    if (!anchor?.enabled) throw anchorUnusable()
    const certificate = await trustedCertificate(anchor, context)
    // From here on it is known who asks, and the trail tells it.
    const subjectArn = await rememberSubject(certificate, account, context)
    context.note({ additionalEventData: { subjectArn, serialNumber: certificate.serial } })
    const profile = await profiles.get(tx, account, call.region, wanted.id)
    if (!profile?.enabled || !profile.roleArns.includes(roleArn)) throw profileUnusable()
    checkAgainst(profile, input)
    const identity = identityOf(certificate)
    const name = input.roleSessionName ?? identity.serial
    const role = await letIn(roleArn, { identity, anchor, anchorArn: trustAnchor.arn, name }, context)
    return sessionFor(role, { identity, profile, name, seconds: secondsOf(input, profile, role), subjectArn }, context)
  },
})

function checkAgainst(
  profile: ProfileRecord,
  { instanceProperties = {}, roleSessionName }: CreateSessionRequest,
): void {
  if (profile.requireInstanceProperties && Object.keys(instanceProperties).length === 0) throw propertiesNeeded()
  if (roleSessionName !== undefined && !profile.acceptRoleSessionName) throw sessionNameNotTaken()
}

function secondsOf({ durationSeconds }: CreateSessionRequest, profile: ProfileRecord, role: RoleRecord): number {
  const most = Math.min(profile.durationSeconds, role.maxSessionSeconds)
  if (durationSeconds !== undefined && durationSeconds > most) throw durationTooLong(most)
  return durationSeconds ?? most
}

interface Arriving {
  readonly identity: CertificateIdentity
  readonly anchor: TrustAnchorRecord
  readonly anchorArn: string
  readonly name: string
}

const service = 'rolesanywhere.amazonaws.com'

/** The role, if its trust policy lets this service assume it for the anchor, with the certificate's tags and name. */
async function letIn(arn: string, arriving: Arriving, finding: Finding): Promise<RoleRecord> {
  const { identity, anchor, anchorArn, name } = arriving
  const { tags, sourceIdentity } = identity
  const found = await roleWithArn(arn, finding)
  if ('missing' in found) throw roleRefuses(arn)
  const source = { arn: anchorArn, account: anchor.account }
  const call: Call = { ...finding.call, caller: serviceCaller(service), source }
  const policies = { identity: [], tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])) }
  const specific = () => ({ 'sts:RoleSessionName': name, 'sts:SourceIdentity': sourceIdentity })
  const { organization } = finding.platform
  const context = conditionLookup({
    call,
    policies,
    resource: found,
    input: { Tags: tags },
    specific: [specific],
    organization,
  })
  const resourceControl = await finding.platform.identities.resourceControl?.(finding.tx, found.account)
  const set = {
    identity: [],
    resource: found.policies ?? [],
    resourceMode: 'root-of-trust',
    ...(resourceControl && { resourceControl }),
  } as const
  for (const action of ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity']) {
    const { principal } = call.caller
    const request = { principal, action, resource: arn, resourceAccount: found.account, context }
    if (!evaluate(request, set).allowed) throw roleRefuses(arn)
  }
  return found.record
}

interface Wanted {
  readonly identity: CertificateIdentity
  readonly profile: ProfileRecord
  readonly name: string
  readonly seconds: number
  readonly subjectArn: string
}

async function sessionFor(role: RoleRecord, wanted: Wanted, context: Context): Promise<CreateSessionResponse> {
  const { identity, profile, name, seconds, subjectArn } = wanted
  const { account, sessionPolicy, managedPolicyArns } = profile
  const { sourceIdentity } = identity
  const { tags, transitive } = readSessionTags({ Tags: identity.tags }, undefined)
  const policies = {
    ...(sessionPolicy !== undefined && { policy: sessionPolicy }),
    ...(managedPolicyArns.length > 0 && { policyArns: managedPolicyArns }),
  }
  const packed = packedSize(policies, tags)
  const session = { kind: 'role', account, role: role.name, roleId: role.id, name, mfa: false } as const
  const said = sourceIdentity === undefined ? {} : { sourceIdentity }
  const Credentials = await issueSession({ ...session, ...policies, tags, transitive, ...said }, seconds, context)
  const arn = `arn:${partitionOf(context.call.region)}:sts::${account}:assumed-role/${role.name}/${name}`
  const user = { AssumedRoleId: `${role.id}:${name}`, Arn: arn }
  context.note({
    responseElements: auditedSession({ Credentials, AssumedRoleUser: user, SourceIdentity: sourceIdentity }),
  })
  return {
    credentialSet: [
      {
        assumedRoleUser: { arn, assumedRoleId: user.AssumedRoleId },
        credentials: {
          accessKeyId: Credentials.AccessKeyId,
          secretAccessKey: Credentials.SecretAccessKey,
          sessionToken: new Secret(Credentials.SessionToken),
          expiration: Credentials.Expiration,
        },
        packedPolicySize: packed,
        roleArn: role.arn,
        sourceIdentity,
      },
    ],
    subjectArn,
  }
}
