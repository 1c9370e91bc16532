import { AssertionFailure } from '../../base/assert.ts'
import type { CompiledPolicy } from '../../iam/compile-policy.ts'
import { type Awaitable, type Transaction, whenThere } from '../../store/store.ts'
import type { Caller } from '../call.ts'
import { awsManagedPolicy } from '../iam/aws-managed.ts'
import { actorPolicies, userPolicies } from '../iam/effective-policies.ts'
import { defaultPolicy } from '../iam/policy-document.ts'
import { roles, users } from '../iam/records.ts'
import type { CallerPolicies } from '../platform.ts'

const noPolicies: CallerPolicies = { identity: [], tags: {} }

/** The policies of a caller as they stand now; nothing where the principal is no more. */
export function callerPolicies(tx: Transaction, caller: Caller): Awaitable<CallerPolicies | undefined> {
  const { principal, account } = caller
  switch (principal.type) {
    case 'user':
      return whenThere(users.get(tx, account, (caller.userName as string).toLowerCase()), (user) =>
        user?.id === principal.id ? userPolicies(tx, user, account) : undefined,
      )
    case 'role-session': {
      const { roleArn, roleId } = principal
      const name = roleArn.slice(roleArn.lastIndexOf('/') + 1).toLowerCase()
      return whenThere(roles.get(tx, account, name), (role) =>
        role?.id === roleId
          ? whenThere(actorPolicies(tx, role), (policies) => withSessionTags(policies, caller))
          : undefined,
      )
    }
    case 'federated-user':
      return issuerPolicies(tx, principal.issuer, account)
    default:
      return noPolicies
  }
}

/** A session's tags stand in place of the role's own with the same key, in whichever case. */
function withSessionTags(policies: CallerPolicies, { session }: Caller): CallerPolicies {
  const keys = Object.keys(session?.tags ?? {})
  if (keys.length === 0) return policies
  const hidden = new Set(keys.map((key) => key.toLowerCase()))
  const tags: Record<string, string> = Object.create(null)
  for (const [key, value] of Object.entries(policies.tags)) if (!hidden.has(key.toLowerCase())) tags[key] = value
  return { ...policies, tags }
}

async function issuerPolicies(
  tx: Transaction,
  { arn, id }: { readonly arn: string; readonly id?: string },
  account: string,
): Promise<CallerPolicies | undefined> {
  if (id === undefined) return { identity: [everything()], tags: {} }
  const user = await users.get(tx, account, arn.slice(arn.lastIndexOf('/') + 1).toLowerCase())
  return user?.id === id ? userPolicies(tx, user, account) : undefined
}

/** What a root user may do, for those whom it vouches for. */
function everything(): CompiledPolicy {
  const policy = awsManagedPolicy('arn:aws:iam::aws:policy/AdministratorAccess')
  if (!policy) throw new AssertionFailure('AdministratorAccess is there')
  return defaultPolicy(policy)
}
