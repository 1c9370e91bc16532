import type { AuditLog } from '../audit/log.ts'
import type { Outbox } from '../audit/outbox.ts'
import type { AuditRecord } from '../audit/record.ts'
import { AssertionFailure, assert } from '../base/assert.ts'
import { uuid } from '../base/ids.ts'
import { evaluate } from '../iam/evaluate.ts'
import { deniedSentence } from '../iam/explain.ts'
import type { Transaction } from '../store/store.ts'
import { accessRequest, policySet } from './access.ts'
import { emitCalls } from './call-events.ts'
import type { Call } from './call.ts'
import { type ConditionLookup, conditionLookup, type ConditionSources } from './conditions.ts'
import { AwsError } from './errors.ts'
import { auditRecord, type OperationDescription } from './event.ts'
import {
  type AuditNote,
  type Conditions,
  type Context,
  type Demand,
  type InvokeOptions,
  type Operation,
  type Outcome,
  type Outer,
  Outside,
} from './operation.ts'
import type { CallerPolicies, Platform } from './platform.ts'
import type { Resource, ResourceFacts } from './resource.ts'
import type { Service } from './service.ts'

/** What runs operations: the services, what they may use, and where their records go. */
export interface Gateway {
  readonly platform: Platform
  readonly services: ReadonlyMap<string, Service>
  readonly log: AuditLog
  readonly outbox: Outbox
}

/**
 * Runs one operation for a caller: finds the resource, authorises, handles and audits in one transaction with one commit.
 * Resolves when the record is written and, where anything changed, the change is durable with it; where the operation has an
 * effect outside, when that has come to its end.
 */
export async function invoke(
  gateway: Gateway,
  call: Call,
  operation: Operation,
  input: unknown,
): Promise<Outcome<unknown>> {
  const { platform, outbox, log } = gateway
  let records: AuditRecord[] = []
  let committed = false
  const { outcome, pending } = await platform.store.transaction(
    async (tx) => {
      records = []
      const attempt = new Attempt(gateway, tx, records)
      const result = { outcome: await attempt.run(operation, input, call), pending: attempt.pending }
      committed = tx.writes || result.pending !== undefined
      if (committed) {
        if (platform.events) emitCalls(platform.events, tx, records)
        outbox.stage(tx, records)
      }
      return result
    },
    { from: call.moment },
  )
  if (pending) return performOutside(gateway, records, pending)
  if (committed) void outbox.move(records)
  else await log.append(records)
  return outcome
}

/** An effect that waits for its transaction to commit, and how its call's record reads once it has come to its end. */
interface Pending {
  readonly perform: (outer: Outer) => Promise<unknown>
  readonly record: (output: unknown, refused?: AwsError) => AuditRecord
}

/** What becomes known of a call while it runs; `id` is that of its audit record. */
interface CallState {
  readonly id: string
  resource: ResourceFacts | undefined
  note: AuditNote | undefined
  /** The permission besides the operation's own that was asked for last and not there, with the error that says so. */
  lacked: { readonly demand: Demand; readonly error: unknown } | undefined
}

/** The record of the call itself is the last one: its inner calls ended before it. */
async function performOutside(
  gateway: Gateway,
  records: readonly AuditRecord[],
  { perform, record }: Pending,
): Promise<Outcome<unknown>> {
  const { outbox } = gateway
  let outcome: Outcome<unknown>
  try {
    outcome = { output: await perform(outerOf(gateway)) }
  } catch (error) {
    if (!(error instanceof AwsError)) {
      await outbox.move(records)
      throw error
    }
    outcome = { refused: error }
  }
  await outbox.move([...records.slice(0, -1), record(outcome.output, outcome.refused)])
  return outcome
}

/** Calls that belong to no transaction, such as those of workers and of effects outside. */
export function outerOf(gateway: Gateway): Outer {
  return { invoke: (call, operation, input) => invoke(gateway, call, operation as Operation, input) as never }
}

/** Records a call that was refused before an operation could run: its signature, its form. */
export function recordRefusal(
  gateway: Gateway,
  call: Call,
  service: Service,
  name: string,
  refused: AwsError,
): Promise<void> {
  const { source, model } = service
  const description = { source, name, operation: model.operation(name), readOnly: isReading(service, name) }
  return gateway.log.append([auditRecord({ id: uuid(), call, description, input: undefined, refused })])
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
class Attempt {
  readonly #gateway: Gateway
  readonly #tx: Transaction
  readonly #records: AuditRecord[]
  /** What remains to be done outside, when the attempt has committed. */
  pending: Pending | undefined
  #policies: CallerPolicies | undefined
  #lastInner: { readonly from: Call; readonly via: string | undefined; readonly call: Call } | undefined

  constructor(gateway: Gateway, tx: Transaction, records: AuditRecord[]) {
    this.#gateway = gateway
    this.#tx = tx
    this.#records = records
  }

  /** A refusal undoes what the operation wrote and is recorded; every other failure passes through and ends the attempt. */
  async run(operation: Operation, input: unknown, call: Call, inner = false): Promise<Outcome<unknown>> {
    const service = this.#gateway.services.get(operation.service)
    if (!service) throw new AssertionFailure(`service ${operation.service} is not served`)
    const savepoint = this.#tx.savepoint()
    const state: CallState = { id: uuid(), resource: undefined, note: undefined, lacked: undefined }
    const description = describe(operation, service)
    const record = (output: unknown, refused?: AwsError) => {
      const { id, resource, note } = state
      return auditRecord({ id, call, description, input, resource, note, output, refused })
    }
    try {
      let output = await this.#perform(service, operation, input, call, state)
      if (output instanceof Outside) {
        assert(!inner, 'an operation with an effect outside is not called within the transaction of another')
        this.pending = { perform: output.perform, record }
        output = undefined
      }
      this.#records.push(record(output))
      return { output }
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      savepoint.undo()
      if (state.lacked?.error === error) state.note = { ...state.note, ...lackedPermission(state.lacked.demand) }
      this.#records.push(record(undefined, error))
      return { refused: error }
    }
  }

  async #perform(
    service: Service,
    operation: Operation,
    input: unknown,
    call: Call,
    state: CallState,
  ): Promise<unknown> {
    const { platform } = this.#gateway
    const { spec } = operation
    const finding = { tx: this.#tx, call, platform }
    const resource: Resource<unknown> = await spec.on(input, finding)
    state.resource = resource
    const record = 'record' in resource ? resource.record : undefined
    const ofService = () => service.conditions?.(input, resource, record, call)
    const ofOperation = () => spec.conditions?.(input, record, call)
    if (spec.action !== 'none') {
      await this.#authorise({ call, service }, operation.action, resource, input, [ofService, ofOperation])
    }
    if ('missing' in resource) throw resource.missing
    const context: Context = {
      ...finding,
      resource,
      eventId: state.id,
      invoke: (inner, innerInput, options) => this.#invokeInner(call, inner as Operation, innerInput, options) as never,
      require: async (demand: Demand) => {
        const all = (): Conditions => ({ ...ofService(), ...ofOperation(), ...demand.conditions })
        try {
          await this.#authorise({ call, service }, demand.action, demand.resource, input, [all])
        } catch (error) {
          state.lacked = { demand, error }
          throw error
        }
      },
      note: (members) => {
        state.note = { ...state.note, ...members }
      },
    }
    return spec.handle(input, resource.record, context)
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

  #invokeInner(
    call: Call,
    operation: Operation,
    input: unknown,
    { via, region = call.region }: InvokeOptions = {},
  ): Promise<Outcome<unknown>> {
    return this.run(operation, input, this.#callBy(call, region, via), true)
  }

  async #authorise(
    { call, service }: { readonly call: Call; readonly service: Service },
    action: string,
    resource: ResourceFacts,
    input: unknown,
    specific: ConditionSources['specific'],
  ): Promise<void> {
    const { identities, organization } = this.#gateway.platform
    this.#policies ??= await identities.policies(this.#tx, call.caller)
    const policies = this.#policies
    if (!policies) throw principalGone(service)
    const resourceControl = await identities.resourceControl?.(this.#tx, resource.account)
    const context: ConditionLookup = conditionLookup({ call, policies, resource, input, specific, organization })
    const request = accessRequest(call, action, resource, context)
    const set = policySet(call, resource, policies, resourceControl)
    const decision = evaluate(request, set)
    if (!decision.allowed) {
      const shown = resource.shown === undefined ? request : { ...request, resource: resource.shown }
      throw accessDenied(service, deniedSentence(shown, decision))
    }
  }
}

/** An operation may need more than one permission: its record says which was missing, for whoever asks for the reason. */
function lackedPermission({ action, resource }: Demand): AuditNote {
  return { additionalEventData: { deniedAction: action, deniedResource: resource.arn } }
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
