import { type CompiledPolicy, silentPolicy } from '../../iam/compile-policy.ts'
import { derivation } from '../../store/table.ts'
import type { Transaction } from '../../store/store.ts'
import { type BoundPrincipal, boundIds, namedPrincipals, shownPolicy } from '../bound-principals.ts'
import type { Finding } from '../operation.ts'
import { trustTooLarge, unknownPrincipal } from './messages.ts'
import { checkDocument, compileStored, documentSize } from './policy-document.ts'
import { findPrincipal } from './principal.ts'
import type { RoleRecord } from './records.ts'

const mostCharacters = 2048
const mostStored = 131_072

/** The members of a role's record that come from its trust policy; refuses a principal that is not there. */
export async function readTrust(
  document: string,
  { tx, platform }: Finding,
): Promise<Pick<RoleRecord, 'trust' | 'trusted'>> {
  const policy = checkDocument(document, 'trust')
  if (documentSize(document) > mostCharacters || document.length > mostStored) throw trustTooLarge(mostCharacters)
  const trusted: BoundPrincipal[] = []
  for (const value of namedPrincipals(policy)) {
    const principal = await findPrincipal(tx, value, platform)
    if (!principal) throw unknownPrincipal(value)
    if (principal.id !== undefined && principal.id !== value) trusted.push({ arn: value, id: principal.id })
  }
  return { trust: document, trusted }
}

/** The trust policy as it decides. */
export const trustPolicy = derivation(({ name, trust, trusted }: RoleRecord): CompiledPolicy => {
  return compileStored(trust, 'trust', name, boundIds(trusted))
})

/** The trust policy as it is shown. */
export function shownTrust(tx: Transaction, { trust, trusted }: RoleRecord, { platform }: Finding): Promise<string> {
  return shownPolicy(trust, trusted, tx, platform)
}

/** For a role that is not there: nobody is trusted. */
export const noTrust = silentPolicy('trust')
