import { parseArn } from '../../iam/arn.ts'
import type { AccessRequest, PolicySet } from '../../iam/evaluate.ts'
import { accessRequest, policySet } from '../access.ts'
import type { Call, Caller } from '../call.ts'
import { type ConditionLookup, conditionLookup } from '../conditions.ts'
import { AwsError } from '../errors.ts'
import type { Conditions, Finding } from '../operation.ts'
import type { Resource, ResourceFacts } from '../resource.ts'
import type { Service } from '../service.ts'
import { explainedService } from './explained-services.ts'
import { invalidResource, principalNotFound } from './messages.ts'
import type { RecordedCall } from './recorded-call.ts'

/** A request for the evaluator, with the policies that have a say in it as they stand now. */
export interface ExplainedRequest {
  readonly request: AccessRequest
  readonly policies: PolicySet
  readonly resource: ResourceFacts
  /** Keys that policies asked for, with what they were told; grows while the request is evaluated. */
  readonly askedKeys: ReadonlyMap<string, string | readonly string[] | undefined>
}

export interface Question {
  readonly caller: Caller
  readonly action: string
  readonly resourceArn: string
  readonly context: ReadonlyMap<string, readonly string[]>
}

/** What somebody would be allowed, with the values of condition keys that are given and those that follow by themselves. */
export async function askedRequest(question: Question, finding: Finding): Promise<ExplainedRequest> {
  const { caller, action, resourceArn, context } = question
  const parsed = resourceArn === '*' ? undefined : parseArn(resourceArn)
  if (resourceArn !== '*' && !parsed) throw invalidResource(resourceArn)
  const { tls: _tls, ...own } = finding.call
  const region = parsed?.region || finding.call.region
  const call: Call = { ...own, caller, region, sourceIp: '', userAgent: '', tls: undefined, via: [] }
  const service = explainedService(action.slice(0, action.indexOf(':')))
  const found = await findResource(service, resourceArn, { ...finding, call })
  const specific = () => service?.conditions?.({}, found, 'record' in found ? found.record : undefined, call) ?? {}
  return assembled({ call, action, resource: found, input: {}, specific, given: context }, finding)
}

/** What was asked by a call that the audit trail has. */
export async function recordedRequest(recorded: RecordedCall, finding: Finding): Promise<ExplainedRequest> {
  const { service, operation, call, action } = recorded
  const { input } = recorded.recorded
  const found = await resourceOf(recorded, { ...finding, call })
  const record = 'record' in found ? found.record : undefined
  const specific = (): Conditions => ({
    ...service.conditions?.(input, found, record, call),
    ...operation.spec.conditions?.(input, record, call),
  })
  return assembled({ call, action, resource: found, input, specific }, finding)
}

/** As the operation itself finds it, where the record tells enough for that; else by the ARN in the record. */
async function resourceOf(recorded: RecordedCall, finding: Finding): Promise<Resource<unknown>> {
  const { operation, ownPermission, resourceArn = '*', action } = recorded
  const { input, incomplete } = recorded.recorded
  if (ownPermission && !incomplete) {
    try {
      return await operation.spec.on(input, finding)
    } catch (error) {
      // What it was on is gone by now, and was there when the call was made.
      if (!(error instanceof AwsError)) throw error
    }
  }
  return findResource(explainedService(action.slice(0, action.indexOf(':'))), resourceArn, finding)
}

async function findResource(service: Service | undefined, arn: string, finding: Finding): Promise<Resource<unknown>> {
  const found = arn === '*' ? undefined : await service?.findByArn?.(arn, finding)
  if (found) return found
  return { arn, account: parseArn(arn)?.account || finding.call.caller.account, record: undefined }
}

interface Parts {
  readonly call: Call
  readonly action: string
  readonly resource: ResourceFacts
  readonly input: unknown
  readonly specific: () => Conditions
  /** Keys in lower case. With it, what only a real request has is known only where it is given. */
  readonly given?: ReadonlyMap<string, readonly string[]>
}

/** Facts of a connection or a sign-in, which nobody has who only asks. */
const onlyOfRealCalls = new Set([
  'aws:sourceip',
  'aws:useragent',
  'aws:securetransport',
  'aws:multifactorauthpresent',
  'aws:multifactorauthage',
])

async function assembled({ call, action, resource, input, specific, given }: Parts, { tx, platform }: Finding) {
  const { identities, organization } = platform
  const policies = await identities.policies(tx, call.caller)
  if (!policies) throw principalNotFound(call.caller.arn)
  const resourceControl = await identities.resourceControl?.(tx, resource.account)
  const known = conditionLookup({ call, policies, resource, input, specific: [specific], organization })
  const askedKeys = new Map<string, string | readonly string[] | undefined>()
  const context: ConditionLookup = (key) => {
    const values = given?.get(key)
    const value = values?.length === 1 ? values[0] : values
    const found = value ?? (given && onlyOfRealCalls.has(key) ? undefined : known(key))
    askedKeys.set(key, found)
    return found
  }
  return {
    request: accessRequest(call, action, resource, context),
    policies: policySet(call, resource, policies, resourceControl),
    resource,
    askedKeys,
  }
}
