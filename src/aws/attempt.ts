import type { AuditRecord } from '../audit/record.ts'
import { AssertionFailure, assert } from '../base/assert.ts'
import { evaluate } from '../iam/evaluate.ts'
import { deniedSentence } from '../iam/explain.ts'
import type { Awaitable, Transaction } from '../store/store.ts'
import { accessRequest, policySet } from './access.ts'
import type { Call } from './call.ts'
import { conditionLookup, type ConditionSources } from './conditions.ts'
import { AwsError } from './errors.ts'
import { auditRecord, type OperationDescription } from './event.ts'
import type { Gateway } from './invoke.ts'
import { type InvokeOptions, type Operation, type Outcome, type Outer, Outside } from './operation.ts'
import type { CallerPolicies } from './platform.ts'
import type { ResourceFacts } from './resource.ts'
import { type Asked, RunningCall } from './running-call.ts'
import type { Service } from './service.ts'

/** An effect that waits for its transaction to commit, and how its call's record reads once it has come to its end. */
export interface Pending {
  readonly perform: (outer: Outer) => Promise<unknown>
  readonly record: (output: unknown, refused?: AwsError) => AuditRecord
}

const descriptions = new WeakMap<Operation, OperationDescription>()

/** What the records of all calls of an operation say alike. */
function describe(operation: Operation, service: Service): OperationDescription {
  let description = descriptions.get(operation)
  if (!description) {
    const { name, spec } = operation
    description = {
      source: service.source,
      name,
      operation: service.model.operation(name),
      readOnly: spec.readOnly ?? isReading(service, name),
      dataEvent: spec.dataEvent,
    }
    descriptions.set(operation, description)
  }
  return description
}

/** Whether the service reference lists the action as one that changes nothing. */
export function isReading(service: Service, action: string): boolean {
  const access = service.authorization.actions[action]?.access
  return access === 'Read' || access === 'List'
}

/** One try at a transaction: the outer call and the inner ones that it causes share writes, records and caller policies. */
export class Attempt {
  readonly tx: Transaction
  readonly #gateway: Gateway
  readonly #records: AuditRecord[]
  /** What remains to be done outside, when the attempt has committed. */
  pending: Pending | undefined
  #policies: CallerPolicies | undefined
  #lastInner: { readonly from: Call; readonly via: string | undefined; readonly call: Call } | undefined

  constructor(gateway: Gateway, tx: Transaction, records: AuditRecord[]) {
    this.#gateway = gateway
    this.tx = tx
    this.#records = records
  }

  get platform() {
    return this.#gateway.platform
  }

  /** A refusal undoes what the operation wrote and is recorded; every other failure passes through and ends the attempt. */
  async run(operation: Operation, input: unknown, call: Call, inner = false): Promise<Outcome<unknown>> {
    const service = this.#gateway.services.get(operation.service)
    if (!service) throw new AssertionFailure(`service ${operation.service} is not served`)
    const savepoint = this.tx.savepoint()
    const running = new RunningCall(this, { call, service, operation, input })
    try {
      let output = await running.perform()
      if (output instanceof Outside) {
        assert(!inner, 'an operation with an effect outside is not called within the transaction of another')
        this.pending = { perform: output.perform, record: (known, refused) => recordOf(running, known, refused) }
        output = undefined
      }
      this.#records.push(recordOf(running, output))
      return { output }
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      savepoint.undo()
      running.noteLacked(error)
      this.#records.push(recordOf(running, undefined, error))
      return { refused: error }
    }
  }

  /** Runs an operation that another one calls. */
  runInner(
    call: Call,
    operation: Operation,
    input: unknown,
    { via, region = call.region }: InvokeOptions = {},
  ): Promise<Outcome<unknown>> {
    return this.run(operation, input, this.#callBy(call, region, via), true)
  }

  /** The call as it is when a service makes it in the caller's name; most ask for the same one again and again. */
  #callBy(call: Call, region: string, via: string | undefined): Call {
    if (via === undefined && region === call.region) return call
    const last = this.#lastInner
    if (last && last.from === call && last.via === via && last.call.region === region) return last.call
    const inner = { ...call, region, via: via === undefined ? call.via : [...call.via, via] }
    this.#lastInner = { from: call, via, call: inner }
    return inner
  }

  /** Throws the access-denied error unless the caller may do this to the resource; at once where all policies are at hand. */
  authorise(
    asked: Asked,
    action: string,
    resource: ResourceFacts,
    specific: ConditionSources['specific'],
  ): Awaitable<void> {
    const { identities } = this.platform
    const policies = this.#policies ?? identities.policies(this.tx, asked.call.caller)
    const control = identities.resourceControl?.(this.tx, resource.account)
    if (!(policies instanceof Promise) && !(control instanceof Promise)) {
      return this.#decide(asked, action, resource, specific, policies, control)
    }
    return Promise.all([policies, control]).then(([own, levels]) =>
      this.#decide(asked, action, resource, specific, own, levels),
    )
  }

  #decide(
    { call, service, input }: Asked,
    action: string,
    resource: ResourceFacts,
    specific: ConditionSources['specific'],
    policies: CallerPolicies | undefined,
    resourceControl: CallerPolicies['serviceControl'],
  ): void {
    if (!policies) throw principalGone(service)
    this.#policies = policies
    const { organization } = this.platform
    const context = conditionLookup({ call, policies, resource, input, specific, organization })
    const request = accessRequest(call, action, resource, context)
    const decision = evaluate(request, policySet(call, resource, policies, resourceControl))
    if (!decision.allowed) {
      const shown = resource.shown === undefined ? request : { ...request, resource: resource.shown }
      throw accessDenied(service, deniedSentence(shown, decision))
    }
  }
}

function recordOf(running: RunningCall, output: unknown, refused?: AwsError): AuditRecord {
  const { eventId: id, found: resource, noted: note } = running
  const { call, input, operation, service } = running.asked
  return auditRecord({ id, call, description: describe(operation, service), input, resource, note, output, refused })
}

/** IAM and STS say `AccessDenied` with status 403, the JSON services `AccessDeniedException` with 400. */
function accessDenied({ model }: Service, sentence: string): AwsError {
  return model.metadata.protocol === 'query'
    ? new AwsError('AccessDenied', sentence, { status: 403 })
    : new AwsError('AccessDeniedException', sentence, { status: 400 })
}

/** The principal was deleted between the signature check and now. */
function principalGone({ model }: Service): AwsError {
  const text = 'The security token included in the request is invalid.'
  return model.metadata.protocol === 'query'
    ? new AwsError('InvalidClientTokenId', text, { status: 403 })
    : new AwsError('UnrecognizedClientException', text, { status: 400 })
}
