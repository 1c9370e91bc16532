import { parseArn } from '../../iam/arn.ts'
import type { Transaction } from '../../store/store.ts'
import { accountExists, isAccountId } from './accounts.ts'
import { principalIds, roles, users } from './records.ts'

/** A principal that a policy names. Accounts and sessions have no unique id of their own. */
export interface NamedPrincipal {
  readonly id?: string
}

/**
 * Whom an AWS principal of a policy names, if they are there: an account (its number or its root's ARN), a user or a role (its
 * ARN or unique id), a session of a role, a federated session.
 */
export async function findPrincipal(
  tx: Transaction,
  principal: string,
  options: { readonly dev: boolean },
): Promise<NamedPrincipal | undefined> {
  if (isAccountId(principal)) return (await accountExists(tx, principal, options)) ? {} : undefined
  if (/^A(?:ID|RO)A/.test(principal)) return (await principalIds.get(tx, principal)) && { id: principal }
  const arn = parseArn(principal)
  if (!arn) return undefined
  const { service, account, resource } = arn
  const [type, ...names] = resource.split('/')
  const name = (names.at(-1) ?? '').toLowerCase()
  if (service === 'iam' && resource === 'root') return (await accountExists(tx, account, options)) ? {} : undefined
  if (service === 'iam' && (type === 'user' || type === 'role')) {
    const found = await (type === 'user' ? users : roles).get(tx, account, name)
    return found?.arn === principal ? { id: found.id } : undefined
  }
  if (service === 'sts' && type === 'assumed-role' && names.length === 2) {
    const role = await roles.get(tx, account, (names[0] as string).toLowerCase())
    return role?.name === names[0] ? {} : undefined
  }
  const federated = service === 'sts' && type === 'federated-user' && names.length === 1
  return federated && (await accountExists(tx, account, options)) ? {} : undefined
}
