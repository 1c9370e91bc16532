import type { CompiledPolicy } from '../iam/compile-policy.ts'
import type { AwsError } from './errors.ts'

/** What a request is about, as policies and the audit trail see it. */
export interface ResourceFacts {
  /** The ARN that policies are matched with; `*` for an action without a resource. */
  readonly arn: string
  readonly account: string
  /** How the access-denied sentence names it, where that is not by its ARN: as the caller did. */
  readonly shown?: string
  /** CloudTrail's name of its type, such as `AWS::SecretsManager::Secret`; absent for an action without a resource. */
  readonly type?: string
  /** Policies attached to it, grants included. */
  readonly policies?: readonly CompiledPolicy[]
  /** `root-of-trust`: identity policies count only where the resource's own policy trusts the account. */
  readonly mode?: 'grants' | 'root-of-trust'
  readonly tags?: Readonly<Record<string, string>>
}

/** The resource with its record, or the error that a caller who may know gets in its place. */
export type Resource<R> = ResourceFacts & ({ readonly record: R } | { readonly missing: AwsError })
