import { assert } from '../base/assert.ts'
import { uuid } from '../base/ids.ts'
import type { Transaction } from '../store/store.ts'
import type { Attempt } from './attempt.ts'
import type { Call } from './call.ts'
import type { ConditionSources } from './conditions.ts'
import type { AuditNote, Conditions, Context, Demand, InvokeOptions, Operation, Outcome } from './operation.ts'
import type { Platform } from './platform.ts'
import type { Resource, ResourceFacts } from './resource.ts'
import type { Service } from './service.ts'

/** What somebody asked of an operation. */
export interface Asked {
  readonly call: Call
  readonly service: Service
  readonly operation: Operation
  readonly input: unknown
}

/** One call while it runs: what its handler may use, and what becomes known of it for its audit record. */
export class RunningCall implements Context {
  readonly tx: Transaction
  readonly call: Call
  readonly platform: Platform
  readonly asked: Asked
  readonly eventId: string
  found: Resource<unknown> | undefined
  noted: AuditNote | undefined
  readonly #attempt: Attempt
  /** The permission besides the operation's own that was asked for last and not there, with the error that says so. */
  #lacked: { readonly demand: Demand; readonly error: unknown } | undefined

  constructor(attempt: Attempt, asked: Asked) {
    this.tx = attempt.tx
    this.call = asked.call
    this.platform = attempt.platform
    this.asked = asked
    this.eventId = uuid()
    this.#attempt = attempt
  }

  get resource(): ResourceFacts {
    assert(this.found, 'a handler runs when its resource was looked for')
    return this.found
  }

  /** Finds the resource, authorises and handles. */
  async perform(): Promise<unknown> {
    const { operation, input } = this.asked
    const { spec } = operation
    const finding = spec.on(input, this)
    const resource = finding instanceof Promise ? await finding : finding
    this.found = resource
    if (spec.action !== 'none') {
      const allowing = this.#attempt.authorise(this.asked, operation.action, resource, this.#conditions())
      if (allowing instanceof Promise) await allowing
    }
    if ('missing' in resource) throw resource.missing
    return spec.handle(input, resource.record, this)
  }

  invoke<I, O>(operation: Operation<I, O>, input: I, options?: InvokeOptions): Promise<Outcome<O>> {
    return this.#attempt.runInner(this.call, operation as Operation, input, options) as Promise<Outcome<O>>
  }

  async require(demand: Demand): Promise<void> {
    const all = (): Conditions => Object.assign({}, ...this.#conditions().map((part) => part()), demand.conditions)
    try {
      await this.#attempt.authorise(this.asked, demand.action, demand.resource, [all])
    } catch (error) {
      this.#lacked = { demand, error }
      throw error
    }
  }

  note(members: AuditNote): void {
    this.noted = { ...this.noted, ...members }
  }

  /** An operation may need more than one permission: its record says which was missing, for whoever asks for the reason. */
  noteLacked(refused: unknown): void {
    const lacked = this.#lacked
    if (lacked?.error !== refused || !lacked) return
    const { action, resource } = lacked.demand
    this.note({ additionalEventData: { deniedAction: action, deniedResource: resource.arn } })
  }

  #conditions(): ConditionSources['specific'] {
    const { service, operation, input, call } = this.asked
    const { resource } = this
    const record = 'record' in resource ? resource.record : undefined
    return [
      () => service.conditions?.(input, resource, record, call),
      () => operation.spec.conditions?.(input, record, call),
    ]
  }
}
