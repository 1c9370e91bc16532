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
  // Put together by hand, and joined at once: two records a read are written before its answer leaves.
  const pieces = [
    identityText(call),
    secondText(call.now),
    sourceText(call, description),
    refused ? errorText(refused) : '"requestParameters":',
    JSON.stringify((operation && publicMembers(operation.input, facts.input)) ?? null),
    ',"responseElements":',
    response ? JSON.stringify(response) : 'null',
    note?.additionalEventData ? `,"additionalEventData":${JSON.stringify(note.additionalEventData)}` : '',
    ',"requestID":"',
    call.requestId,
    '","eventID":"',
    facts.id,
    readOnly ? '","readOnly":true,' : '","readOnly":false,',
  ]
  addResources(pieces, resource, note)
  pieces.push(
    operation ? '"eventType":"AwsApiCall",' : '"eventType":"AwsServiceEvent",',
    dataEvent ? '"managementEvent":false,"recipientAccountId":' : '"managementEvent":true,"recipientAccountId":',
    quoted(resource?.account || call.caller.account),
    dataEvent ? ',"eventCategory":"Data"' : ',"eventCategory":"Management"',
    tlsText(call),
    '}',
  )
  const json = pieces.join('')
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

const sourceTexts = new WeakMap<OperationDescription, { readonly of: readonly string[]; readonly text: string }>()

/** What was called, where, from where and with what: mostly as in the call of the operation before. */
function sourceText(call: Call, description: OperationDescription): string {
  const service = call.via.at(-1)
  const ip = service ?? call.sourceIp
  const agent = service ?? call.userAgent
  const last = sourceTexts.get(description)
  if (last && last.of[0] === call.region && last.of[1] === ip && last.of[2] === agent) return last.text
  const text =
    `","eventSource":${quoted(description.source)},"eventName":${quoted(description.name)},"awsRegion":${quoted(call.region)},` +
    `"sourceIPAddress":${quoted(ip)},"userAgent":${quoted(agent)},`
  sourceTexts.set(description, { of: [call.region, ip, agent], text })
  return text
}

function errorText({ code, text }: AwsError): string {
  const message = text === undefined ? '' : `"errorMessage":${JSON.stringify(text)},`
  return `"errorCode":${quoted(code)},${message}"requestParameters":`
}

function tlsText({ tls, via }: Call): string {
  if (!tls || via.length > 0) return ''
  return `,"tlsDetails":{"tlsVersion":${quoted(tls.version)},"cipherSuite":${quoted(tls.cipher)},"clientProvidedHostHeader":${quoted(tls.host)}}`
}

function addResources(pieces: string[], resource: ResourceFacts | undefined, note: AuditNote | undefined): void {
  const first = pieces.length
  if (resource?.type) addResource(pieces, first, resource.arn, resource.account, resource.type)
  for (const { arn, account, type } of note?.resources ?? []) addResource(pieces, first, arn, account, type)
  if (pieces.length > first) pieces.push('],')
}

function addResource(pieces: string[], first: number, arn: string, account: string, type: string): void {
  pieces.push(pieces.length === first ? '"resources":[{"accountId":' : ',{"accountId":', quoted(account))
  pieces.push(',"type":', quoted(type), ',"ARN":', JSON.stringify(arn), '}')
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

/**
 * The beginning of a record, up to its time: who called, and through which service. A caller comes from its access key's record,
 * so its texts are made once for many requests.
 */
function identityText(call: Call): string {
  const invokedBy = call.via.at(-1) ?? ''
  let texts = identityTexts.get(call.caller)
  if (texts === undefined) {
    texts = new Map()
    identityTexts.set(call.caller, texts)
  }
  let text = texts.get(invokedBy)
  if (text === undefined) {
    text = `{"eventVersion":"1.11","userIdentity":${JSON.stringify(userIdentity(call))},"eventTime":"`
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
