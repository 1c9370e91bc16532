import type { Call } from '../call.ts'
import { authorizationOf } from '../protocols/authorization.ts'
import type { IamOperations } from '../models/iam.ts'
import { type Conditions, type Operation, operationsOf, type OperationSpec } from '../operation.ts'
import { sessionNotAccepted } from './messages.ts'

interface Action {
  readonly access: string
  readonly conditionKeys?: readonly string[]
}

/** The published actions of IAM with the condition keys of each. */
export const authorization = authorizationOf('iam') as { readonly actions: Readonly<Record<string, Action>> }

const declare = operationsOf<IamOperations>('iam')

/**
 * Declares an operation of IAM. The condition keys that the service reference lists for it are filled in from the input and
 * the record.
 */
export function operation<N extends keyof IamOperations, R>(
  name: N,
  spec: OperationSpec<IamOperations[N]['input'], IamOperations[N]['output'], R>,
): Operation<IamOperations[N]['input'], IamOperations[N]['output']> {
  const keys = authorization.actions[name]?.conditionKeys ?? []
  const withBoundary = keys.includes('iam:PermissionsBoundary')
  const withPolicy = keys.includes('iam:PolicyARN')
  const conditions = (input: IamOperations[N]['input'], record: R | undefined, call: Call): Conditions => {
    const { PermissionsBoundary, PolicyArn } = input as { PermissionsBoundary?: string; PolicyArn?: string }
    const boundary = PermissionsBoundary ?? (record as { boundary?: string } | undefined)?.boundary
    return {
      ...(withBoundary && { 'iam:PermissionsBoundary': boundary }),
      ...(withPolicy && { 'iam:PolicyARN': PolicyArn }),
      ...spec.conditions?.(input, record, call),
    }
  }
  const on: typeof spec.on = (input, finding) => {
    refuseWeakSessions(finding.call)
    return spec.on(input, finding)
  }
  return declare(name, { ...spec, conditions, on } as never) as never
}

/**
 * IAM takes no credentials of GetFederationToken, and those of GetSessionToken only where a second factor was given
 * (IAM user guide, «Compare AWS STS credentials»).
 */
function refuseWeakSessions({ caller }: Call): void {
  const { type } = caller.principal
  if (type === 'federated-user') throw sessionNotAccepted()
  const own = type === 'user' || type === 'root'
  if (own && caller.session && !caller.session.mfaAuthenticated) throw sessionNotAccepted()
}
