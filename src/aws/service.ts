import type { Call } from './call.ts'
import type { Conditions, Finding, Operation } from './operation.ts'
import type { Model } from './protocols/model.ts'
import type { Resource, ResourceFacts } from './resource.ts'

/** Finds what an ARN names, for who asks about permissions; nothing where the service has no such resources. */
export type FindByArn = (arn: string, finding: Finding) => Promise<Resource<unknown> | undefined>

/** The published service authorisation reference, as the generator keeps it. */
export interface AuthorizationReference {
  readonly actions: Readonly<Record<string, { readonly access: string }>>
}

/** A service of the façade: its published model and what is served of it. */
export interface Service {
  readonly name: string
  /** As in CloudTrail and `kms:ViaService`: `secretsmanager.amazonaws.com`. */
  readonly source: string
  readonly model: Model
  readonly authorization: AuthorizationReference
  readonly operations: ReadonlyMap<string, Operation>
  readonly unserved: ReadonlySet<string>
  readonly conditions?: (input: unknown, resource: ResourceFacts, record: unknown, call: Call) => Conditions
  readonly findByArn?: FindByArn
}

interface Declaration<Ops, Served extends keyof Ops, Unserved extends keyof Ops> {
  readonly name: string
  readonly model: Model
  readonly authorization: AuthorizationReference
  /** Condition keys that all operations of the service have. */
  readonly conditions?: Service['conditions']
  readonly findByArn?: FindByArn
  /** One line an operation. */
  readonly serves: { readonly [N in Served]: Operation<never, unknown> }
  /** Published operations that are refused, as AWS refuses an action that is not offered. */
  readonly unserved: readonly Unserved[]
}

type Complete<Ops, Served, Unserved> = [Exclude<keyof Ops, Served | Unserved>] extends [never]
  ? unknown
  : { readonly 'neither served nor unserved': Exclude<keyof Ops, Served | Unserved> }

/** Declares a service. A published operation that is neither served nor listed as unserved does not compile. */
export function serviceOf<Ops>() {
  return function service<Served extends keyof Ops, Unserved extends keyof Ops = never>(
    declaration: Declaration<Ops, Served, Unserved> & Complete<Ops, Served, Unserved>,
  ): Service {
    const { name, model, authorization, conditions, findByArn, serves, unserved } = declaration
    return {
      name,
      source: `${name}.amazonaws.com`,
      model,
      authorization,
      operations: new Map(Object.entries(serves) as [string, Operation][]),
      unserved: new Set(unserved as readonly string[]),
      ...(conditions && { conditions }),
      ...(findByArn && { findByArn }),
    }
  }
}
