import type { Call, Caller, SessionFacts } from '../call.ts'
import type { Finding, Operation } from '../operation.ts'
import type { Service } from '../service.ts'
import { serviceOfSource } from './explained-services.ts'
import { notDenied, notExplainable } from './messages.ts'
import { type RecordedInput, recordedInput } from './recorded-input.ts'

/** The members of an audit event that an explanation needs (`auditRecord` writes them). */
interface RecordedEvent {
  readonly eventTime: string
  readonly eventSource: string
  readonly eventName: string
  readonly awsRegion: string
  readonly sourceIPAddress?: string
  readonly userAgent?: string
  readonly errorCode?: string
  readonly errorMessage?: string
  readonly requestParameters: unknown
  readonly additionalEventData?: { readonly deniedAction?: string; readonly deniedResource?: string }
  readonly resources?: readonly { readonly ARN: string }[]
  readonly tlsDetails?: {
    readonly tlsVersion: string
    readonly cipherSuite: string
    readonly clientProvidedHostHeader: string
  }
  readonly userIdentity: {
    readonly type: string
    readonly principalId?: string
    readonly arn?: string
    readonly accountId?: string
    readonly accessKeyId?: string
    readonly userName?: string
    readonly invokedBy?: string
    readonly sessionContext?: {
      readonly sessionIssuer?: { readonly arn: string; readonly principalId: string; readonly userName: string }
      readonly attributes: { readonly creationDate: string; readonly mfaAuthenticated: string }
      readonly sourceIdentity?: string
    }
  }
}

/** A call that was refused, as its audit record has it. */
export interface RecordedCall {
  readonly service: Service
  readonly operation: Operation
  readonly call: Call
  readonly recorded: RecordedInput
  readonly action: string
  /** Where it was another permission than the operation's own, or where the record names it. */
  readonly resourceArn: string | undefined
  /** Whether the permission that was missing is the operation's own. */
  readonly ownPermission: boolean
  readonly time: number
  readonly errorCode: string
}

/** The innermost call of a request that was denied: it is what the outer ones failed for. */
export function deniedCall(events: readonly unknown[], requestId: string, finding: Finding): RecordedCall {
  const denied = (events as readonly RecordedEvent[]).find(({ errorCode = '' }) => errorCode.startsWith('AccessDenied'))
  if (!denied) throw notDenied(requestId)
  const service = serviceOfSource(denied.eventSource)
  const operation = service?.operations.get(denied.eventName)
  if (!service || !operation) throw notExplainable(`${denied.eventSource} is none of the services that are explained.`)
  const { deniedAction, deniedResource } = denied.additionalEventData ?? {}
  const time = Date.parse(denied.eventTime)
  return {
    service,
    operation,
    call: recordedCaller(denied, requestId, time, finding),
    recorded: recordedInput(service.model.operation(operation.name)?.input, denied.requestParameters),
    action: deniedAction ?? operation.action,
    resourceArn: deniedResource ?? denied.resources?.[0]?.ARN,
    ownPermission: deniedAction === undefined,
    time,
    errorCode: denied.errorCode ?? '',
  }
}

/** The account whose member called; nothing where the request was anonymous. */
export function accountOfRequest(events: readonly unknown[]): string | undefined {
  const [first] = events as readonly RecordedEvent[]
  return first?.userIdentity.accountId
}

function recordedCaller(event: RecordedEvent, requestId: string, now: number, { call }: Finding): Call {
  const { userIdentity, tlsDetails: tls } = event
  const via = userIdentity.invokedBy === undefined || userIdentity.type === 'AWSService' ? [] : [userIdentity.invokedBy]
  return {
    requestId,
    caller: callerOf(userIdentity),
    region: event.awsRegion,
    now,
    sourceIp: via.length > 0 ? '' : (event.sourceIPAddress ?? ''),
    userAgent: event.userAgent ?? '',
    tls: tls && { version: tls.tlsVersion, cipher: tls.cipherSuite, host: tls.clientProvidedHostHeader },
    moment: call.moment,
    via,
  }
}

function callerOf(identity: RecordedEvent['userIdentity']): Caller {
  const { principalId: id = '', arn = '', accountId: account = '', accessKeyId = '', userName } = identity
  const session = sessionOf(identity)
  const common = { account, arn, id, accessKeyId, ...(session && { session }) }
  switch (identity.type) {
    case 'Root':
      return { ...common, principal: { type: 'root', account, arn } }
    case 'IAMUser':
      return { ...common, ...(userName !== undefined && { userName }), principal: { type: 'user', account, arn, id } }
    case 'AssumedRole': {
      const [roleId = '', sessionName = ''] = id.split(':')
      const roleArn = identity.sessionContext?.sessionIssuer?.arn ?? ''
      return { ...common, principal: { type: 'role-session', account, arn, roleArn, roleId, sessionName } }
    }
    case 'AWSService':
      return { ...common, principal: { type: 'service', name: identity.invokedBy ?? '' } }
    default:
      throw notExplainable('its caller was a federated user or nobody known, whose policies are not in the record.')
  }
}

function sessionOf({ sessionContext, arn = '', principalId = '', userName = '' }: RecordedEvent['userIdentity']) {
  if (!sessionContext) return undefined
  const { attributes, sessionIssuer: role, sourceIdentity } = sessionContext
  const facts: SessionFacts = {
    issuedAt: Date.parse(attributes.creationDate),
    mfaAuthenticated: attributes.mfaAuthenticated === 'true',
    issuer: role
      ? { type: 'Role', arn: role.arn, id: role.principalId, name: role.userName }
      : { type: userName === '' ? 'Root' : 'User', arn, id: principalId, name: userName },
    tags: {},
    transitiveTagKeys: [],
    ...(sourceIdentity !== undefined && { sourceIdentity }),
  }
  return facts
}
