import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { sealAuthorizationMessage } from '../sts/authorization-message.ts'
import { authorizationMessage } from './authorization-message.ts'
import { accountOfPrincipal, explainedPrincipal } from './explained-principal.ts'
import { askedRequest, type ExplainedRequest, recordedRequest } from './explained-request.ts'
import { explanationOf } from './explanation.ts'
import { foreignResource, invalidQuestion, notExplainable, requestNotFound } from './messages.ts'
import { operation } from './operation.ts'
import { accountOfRequest, deniedCall } from './recorded-call.ts'
import { serverResource } from './server-resource.ts'
import type { ExplainAccessInput, ExplainAccessOutput } from './shapes.ts'

/**
 * Says why a principal may or may not do something, by the evaluator that decides real requests and the policies as they stand
 * now. An account's administrators ask about their own principals, those of the management account about all.
 */
export const explainAccess = operation('ExplainAccess', {
  on: explainedAccount,
  async handle(input, _record, context) {
    const { tx, call } = context
    const savepoint = tx.savepoint()
    const explained = await (input.RequestId === undefined ? asked(input, context) : recorded(input.RequestId, context))
    // Finding a resource may make it: the key that a service has in every account.
    savepoint.undo()
    if (input.Encoded !== true) return explained.output
    const recipient = { account: call.caller.account, now: call.now }
    return {
      ...explained.output,
      EncodedMessage: await sealAuthorizationMessage(tx, authorizationMessage(explained.request), recipient),
    }
  },
})

interface Explained {
  readonly request: ExplainedRequest
  readonly output: ExplainAccessOutput
}

async function asked(input: ExplainAccessInput, finding: Finding): Promise<Explained> {
  const { tx, call, platform } = finding
  const { PrincipalArn = '', Action = '', ResourceArn = '*', Context = {} } = input
  const caller = await explainedPrincipal(tx, PrincipalArn, call.now, platform)
  const given = new Map(Object.entries(Context).map(([key, values]) => [key.toLowerCase(), values]))
  const request = await askedRequest({ caller, action: Action, resourceArn: ResourceArn, context: given }, finding)
  checkOwn(request, finding)
  return { request, output: explanationOf(request) }
}

/** The account whose permissions are asked about, or the server, for whoever runs it. */
function explainedAccount(input: ExplainAccessInput, finding: Finding): Resource<undefined> {
  const { PrincipalArn, Action, ResourceArn, Context, RequestId } = input
  const more = PrincipalArn ?? Action ?? ResourceArn ?? Context
  if (RequestId !== undefined ? more !== undefined : PrincipalArn === undefined || Action === undefined)
    throw invalidQuestion()
  if (managesServer(finding)) return serverResource(input, finding)
  const account = PrincipalArn === undefined ? finding.call.caller.account : accountOfPrincipal(PrincipalArn)
  return { arn: `arn:aws:keyturn::${account}:account`, account, record: undefined }
}

function managesServer({ call, platform }: Finding): boolean {
  return call.caller.account === platform.managementAccount
}

/** Policies of a resource in another account are none of the asker's business, even where its own principal uses it. */
function checkOwn({ resource }: ExplainedRequest, finding: Finding): void {
  if (!managesServer(finding) && resource.account !== finding.call.caller.account)
    throw foreignResource(resource.account)
}

async function recorded(requestId: string, finding: Finding): Promise<Explained> {
  const { trail } = finding.platform
  if (!trail) throw notExplainable('this server keeps no audit trail that it can search.')
  const events = await trail.byRequest(requestId)
  const own = managesServer(finding) || accountOfRequest(events) === finding.call.caller.account
  if (events.length === 0 || !own) throw requestNotFound(requestId)
  const denied = deniedCall(events, requestId, finding)
  const request = await recordedRequest(denied, finding)
  checkOwn(request, finding)
  const Request = {
    RequestId: requestId,
    EventName: denied.operation.name,
    EventTime: denied.time,
    ErrorCode: denied.errorCode,
    // They are in the session token, which no record holds.
    SessionPoliciesUnknown: denied.call.caller.principal.type === 'role-session',
  }
  return { request, output: { ...explanationOf(request), Request } }
}
