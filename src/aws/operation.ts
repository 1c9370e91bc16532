import type { Transaction } from '../store/store.ts'
import type { Call } from './call.ts'
import type { AwsError } from './errors.ts'
import type { Platform } from './platform.ts'
import type { Resource, ResourceFacts } from './resource.ts'

/** Values of condition keys by their published names. A key whose value is undefined is absent from the request. */
export type Conditions = Readonly<Record<string, string | readonly string[] | number | boolean | undefined>>

export interface Finding {
  readonly tx: Transaction
  readonly call: Call
  readonly platform: Platform
}

/** What one operation asked of another came to: its output, or the refusal, with everything it wrote undone. */
export type Outcome<O> =
  | { readonly output: O; readonly refused?: never }
  | { readonly refused: AwsError; readonly output?: never }

export interface InvokeOptions {
  /** The service in whose name the inner call is made, such as `secretsmanager.amazonaws.com`; absent where it is the caller's own. */
  readonly via?: string
  readonly region?: string
}

/** A permission that an operation needs besides its own. */
export interface Demand {
  readonly action: string
  readonly resource: ResourceFacts
  readonly conditions?: Conditions
}

export interface Context extends Finding {
  readonly resource: ResourceFacts
  /** The id of this call's audit record. */
  readonly eventId: string
  /** Calls another operation in the caller's name, in the same transaction, authorised and audited for itself. */
  invoke<I, O>(operation: Operation<I, O>, input: I, options?: InvokeOptions): Promise<Outcome<O>>
  /** Throws the access-denied error unless the caller has this permission too. */
  require(demand: Demand): Promise<void>
  /** Adds members to the audit record of this call. */
  note(members: AuditNote): void
}

export interface AuditNote {
  readonly responseElements?: Readonly<Record<string, unknown>>
  readonly additionalEventData?: Readonly<Record<string, unknown>>
  /** More resources than the one the operation is on. */
  readonly resources?: readonly { readonly arn: string; readonly account: string; readonly type: string }[]
}

/** What an effect outside may use: calls of their own, each with its transaction and its record. */
export interface Outer {
  invoke<I, O>(call: Call, operation: Operation<I, O>, input: I): Promise<Outcome<O>>
}

/**
 * The answer of a handler whose effect is outside the store: a function run, a call to another server. What the handler wrote is
 * committed first, with the audit record of the call as it was asked for. Then `perform` runs, once and outside any transaction;
 * what it answers or refuses is the answer, and is in the audit record before that leaves. A process that ends in between leaves
 * what was committed first: whatever must then be finished or undone is planned work.
 */
export class Outside<O> {
  readonly perform: (outer: Outer) => Promise<O>

  constructor(perform: (outer: Outer) => Promise<O>) {
    this.perform = perform
  }
}

export interface OperationSpec<I, O, R> {
  /** Finds the resource. May refuse with what AWS refuses before it looks at permissions. */
  readonly on: (input: I, finding: Finding) => Resource<R> | Promise<Resource<R>>
  /** Values for condition keys beyond the global ones and the service's. */
  readonly conditions?: (input: I, record: R | undefined, call: Call) => Conditions
  /** The IAM action, where it is not named as the operation is; `none` where everybody may call it. */
  readonly action?: string
  /** Whether a change of nothing but housekeeping (a date of last use) still counts as reading. Taken from the access level otherwise. */
  readonly readOnly?: boolean
  /** Whether calls are data events to CloudTrail, not management: they use a resource and change nothing about it. */
  readonly dataEvent?: boolean
  handle(input: I, record: R, context: Context): Promise<O | Outside<O>>
}

/** An operation as the façade runs it. */
export interface Operation<I = unknown, O = unknown> {
  readonly service: string
  readonly name: string
  readonly action: string
  readonly spec: OperationSpec<I, O, unknown>
}

interface Shapes {
  readonly input: unknown
  readonly output: unknown
}

/** The function that declares operations of a service: name, input and output are those of its model. */
export function operationsOf<Ops>(service: string) {
  return function operation<N extends keyof Ops & string, R>(
    name: N,
    spec: OperationSpec<
      Ops[N] extends Shapes ? Ops[N]['input'] : never,
      Ops[N] extends Shapes ? Ops[N]['output'] : never,
      R
    >,
  ): Operation<Ops[N] extends Shapes ? Ops[N]['input'] : never, Ops[N] extends Shapes ? Ops[N]['output'] : never> {
    return { service, name, action: `${service}:${spec.action ?? name}`, spec: spec as never }
  }
}
