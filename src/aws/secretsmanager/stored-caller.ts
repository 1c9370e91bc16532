import { assert } from '../../base/assert.ts'
import { type CompiledPolicy, compilePolicy } from '../../iam/compile-policy.ts'
import type { Caller } from '../call.ts'

interface StoredPolicy {
  readonly document: string
  readonly name: string | undefined
}

/** A caller as a record keeps it, for work that is finished in his name later. It holds no credential. */
export interface StoredCaller {
  readonly caller: Omit<Caller, 'session'>
  readonly session?: Omit<NonNullable<Caller['session']>, 'policies'> | undefined
  readonly sessionPolicies?: readonly StoredPolicy[] | undefined
}

export function storeCaller({ session, ...caller }: Caller): StoredCaller {
  const { policies, ...facts } = session ?? {}
  return {
    caller,
    session: session && (facts as StoredCaller['session']),
    sessionPolicies: policies?.map(({ document, name }) => ({ document, name })),
  }
}

/** The caller again; what he may do now is read from his policies as they are now. */
export function restoreCaller({ caller, session, sessionPolicies }: StoredCaller): Caller {
  if (!session) return caller
  const policies = sessionPolicies?.map(recompile)
  return { ...caller, session: { ...session, ...(policies && { policies }) } }
}

function recompile({ document, name }: StoredPolicy): CompiledPolicy {
  const compiled = compilePolicy(document, 'identity', name === undefined ? {} : { name })
  assert('policy' in compiled, 'a session policy was checked when the session was made')
  return compiled.policy
}
