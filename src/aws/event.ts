import type { AuditRecord } from '../audit/record.ts'
import type { Call, Caller } from './call.ts'
import type { AwsError } from './errors.ts'
import type { AuditNote } from './operation.ts'
import type { Operation as ModelOperation } from './protocols/model.ts'
import { publicMembers } from './public-members.ts'
import type { ResourceFacts } from './resource.ts'

/** What the records of all calls of an operation say alike. */
export interface OperationDescription {
  /** `secretsmanager.amazonaws.com`. */
  readonly source: string
  readonly name: string
  /** Absent for work of a service that is no published operation: nothing of its input and output is recorded. */
  readonly operation: ModelOperation | undefined
  readonly readOnly: boolean
  readonly dataEvent?: boolean | undefined
}

/** What an audit record is made of. */
export interface EventFacts {
  readonly id: string
  readonly call: Call
  readonly description: OperationDescription
  readonly input: unknown
  readonly resource?: ResourceFacts | undefined
  readonly output?: unknown
  readonly refused?: AwsError | undefined
  readonly note?: AuditNote | undefined
}

/**
 * The record of one call, in CloudTrail's event shape (CloudTrail user guide, «record contents», version 1.11). Secrets and
 * blobs of request and response are left out, as CloudTrail leaves them out; a reading call's response is null.
 */
export function auditRecord(facts: EventFacts): AuditRecord {
  const { call, description, resource, refused, note } = facts
  const { operation, readOnly, dataEvent } = description
  const response = readOnly
    ? null
    : (note?.responseElements ?? (refused || !operation ? null : publicMembers(operation.output, facts.output)))
  const service = call.via.at(-1)
  // Put together by hand: two records a read are written before its answer leaves, and most of their text repeats.
  const json =
    `{"eventVersion":"1.11","userIdentity":${identityText(call)},"eventTime":"${secondText(call.now)}",` +
    `"eventSource":${quoted(description.source)},"eventName":${quoted(description.name)},"awsRegion":${quoted(call.region)},` +
    `"sourceIPAddress":${quoted(service ?? call.sourceIp)},"userAgent":${quoted(service ?? call.userAgent)},` +
    (refused ? `"errorCode":${quoted(refused.code)},` : '') +
    (refused?.text === undefined ? '' : `"errorMessage":${JSON.stringify(refused.text)},`) +
    `"requestParameters":${JSON.stringify((operation && publicMembers(operation.input, facts.input)) ?? null)},` +
    `"responseElements":${response ? JSON.stringify(response) : 'null'},` +
    (note?.additionalEventData ? `"additionalEventData":${JSON.stringify(note.additionalEventData)},` : '') +
    `"requestID":"${call.requestId}","eventID":"${facts.id}","readOnly":${readOnly},` +
    resourcesText(resource, note) +
    `"eventType":"${operation ? 'AwsApiCall' : 'AwsServiceEvent'}","managementEvent":${!dataEvent},` +
    `"recipientAccountId":${quoted(resource?.account || call.caller.account)},` +
    `"eventCategory":"${dataEvent ? 'Data' : 'Management'}"${tlsText(call)}}`
  return {
    id: facts.id,
    requestId: call.requestId,
    principal: call.caller.id,
    time: call.now - (call.now % 1000),
    json,
  }
}

const quotedTexts = new Map<string, string>()
const mostQuoted = 1_000
const longestQuoted = 300

/** A text as JSON. Those that come again and again (regions, agents, ARNs) are kept. */
function quoted(text: string): string {
  let json = quotedTexts.get(text)
  if (json === undefined) {
    json = JSON.stringify(text)
    if (text.length <= longestQuoted) {
      if (quotedTexts.size >= mostQuoted) quotedTexts.clear()
      quotedTexts.set(text, json)
    }
  }
  return json
}

let lastSecond = -1
let lastSecondText = ''

/** A moment (milliseconds since 1970) as CloudTrail writes it, to the second. */
function secondText(moment: number): string {
  const second = Math.floor(moment / 1000)
  if (second !== lastSecond) {
    lastSecond = second
    lastSecondText = `${new Date(moment).toISOString().slice(0, 19)}Z`
  }
  return lastSecondText
}

function tlsText({ tls, via }: Call): string {
  if (!tls || via.length > 0) return ''
  return `,"tlsDetails":{"tlsVersion":${quoted(tls.version)},"cipherSuite":${quoted(tls.cipher)},"clientProvidedHostHeader":${quoted(tls.host)}}`
}

function resourcesText(resource: ResourceFacts | undefined, note: AuditNote | undefined): string {
  const texts = resource?.type ? [resourceText(resource.arn, resource.account, resource.type)] : []
  for (const { arn, account, type } of note?.resources ?? []) texts.push(resourceText(arn, account, type))
  return texts.length === 0 ? '' : `"resources":[${texts.join()}],`
}

function resourceText(arn: string, account: string, type: string): string {
  return `{"accountId":${quoted(account)},"type":${quoted(type)},"ARN":${JSON.stringify(arn)}}`
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

const identityTexts = new WeakMap<Caller, Map<string, string>>()

/** Who called, and through which service. A caller comes from its access key's record, so its texts are made once for many requests. */
function identityText(call: Call): string {
  const invokedBy = call.via.at(-1) ?? ''
  let texts = identityTexts.get(call.caller)
  if (texts === undefined) {
    texts = new Map()
    identityTexts.set(call.caller, texts)
  }
  let text = texts.get(invokedBy)
  if (text === undefined) {
    text = JSON.stringify(userIdentity(call))
    texts.set(invokedBy, text)
  }
  return text
}

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
