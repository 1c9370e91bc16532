import type { AuditRecord } from '../audit/record.ts'
import type { Call, Caller } from './call.ts'
import type { AwsError } from './errors.ts'
import type { AuditNote } from './operation.ts'
import type { Operation as ModelOperation } from './protocols/model.ts'
import { publicMembers } from './public-members.ts'
import type { ResourceFacts } from './resource.ts'

/** What an audit record is made of. */
export interface EventFacts {
  readonly id: string
  readonly call: Call
  /** `secretsmanager.amazonaws.com`. */
  readonly source: string
  readonly name: string
  /** Absent for work of a service that is no published operation: nothing of its input and output is recorded. */
  readonly operation: ModelOperation | undefined
  readonly readOnly: boolean
  readonly dataEvent?: boolean | undefined
  readonly input: unknown
  readonly resource?: ResourceFacts
  readonly output?: unknown
  readonly refused?: AwsError
  readonly note?: AuditNote | undefined
}

/**
 * The record of one call, in CloudTrail's event shape (CloudTrail user guide, «record contents», version 1.11). Secrets and
 * blobs of request and response are left out, as CloudTrail leaves them out; a reading call's response is null.
 */
export function auditRecord(facts: EventFacts): AuditRecord {
  const { call, operation, resource, refused, note } = facts
  const response = facts.readOnly
    ? null
    : (note?.responseElements ?? (refused || !operation ? null : publicMembers(operation.output, facts.output)))
  const event = {
    eventVersion: '1.11',
    userIdentity: userIdentity(call),
    eventTime: `${new Date(call.now).toISOString().slice(0, 19)}Z`,
    eventSource: facts.source,
    eventName: facts.name,
    awsRegion: call.region,
    sourceIPAddress: call.via.at(-1) ?? call.sourceIp,
    userAgent: call.via.at(-1) ?? call.userAgent,
    errorCode: refused?.code,
    errorMessage: refused?.text,
    requestParameters: (operation && publicMembers(operation.input, facts.input)) ?? null,
    responseElements: response ?? null,
    additionalEventData: note?.additionalEventData,
    requestID: call.requestId,
    eventID: facts.id,
    readOnly: facts.readOnly,
    resources: resourcesOf(resource, note),
    eventType: operation ? 'AwsApiCall' : 'AwsServiceEvent',
    managementEvent: !facts.dataEvent,
    recipientAccountId: resource?.account || call.caller.account,
    eventCategory: facts.dataEvent ? 'Data' : 'Management',
    tlsDetails:
      call.tls && call.via.length === 0
        ? { tlsVersion: call.tls.version, cipherSuite: call.tls.cipher, clientProvidedHostHeader: call.tls.host }
        : undefined,
  }
  return { id: facts.id, requestId: call.requestId, principal: call.caller.id, json: JSON.stringify(event) }
}

function resourcesOf(resource: ResourceFacts | undefined, note: AuditNote | undefined) {
  const own = resource?.type ? [{ accountId: resource.account, type: resource.type, ARN: resource.arn }] : []
  const more = note?.resources?.map(({ arn, account, type }) => ({ accountId: account, type, ARN: arn })) ?? []
  const all = more.length === 0 ? own : [...own, ...more]
  return all.length > 0 ? all : undefined
}

const identityTypes = {
  root: 'Root',
  user: 'IAMUser',
  'role-session': 'AssumedRole',
  'federated-user': 'FederatedUser',
  federated: 'WebIdentityUser',
  service: 'AWSService',
  anonymous: 'Unknown',
} as const

function userIdentity({ caller, via }: Call) {
  const { principal } = caller
  return {
    type: identityTypes[principal.type],
    principalId: caller.id || undefined,
    arn: caller.arn || undefined,
    accountId: caller.account || undefined,
    accessKeyId: caller.accessKeyId || undefined,
    userName: caller.userName,
    sessionContext: caller.session && sessionContext(caller),
    invokedBy: via.at(-1) ?? (principal.type === 'service' ? principal.name : undefined),
  }
}

function sessionContext({ session, account }: Caller) {
  if (!session) return undefined
  const { issuer } = session
  return {
    sessionIssuer:
      issuer.type === 'Role'
        ? { type: issuer.type, principalId: issuer.id, arn: issuer.arn, accountId: account, userName: issuer.name }
        : undefined,
    attributes: {
      creationDate: `${new Date(session.issuedAt).toISOString().slice(0, 19)}Z`,
      mfaAuthenticated: String(session.mfaAuthenticated),
    },
    sourceIdentity: session.sourceIdentity,
  }
}
