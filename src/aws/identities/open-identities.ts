import type { Clock } from '../../base/clock.ts'
import { type Awaitable, type Store, type Transaction, whenThere } from '../../store/store.ts'
import { LastUses } from '../iam/last-use.ts'
import { findPrincipal } from '../iam/principal.ts'
import type { Organization } from '../organization.ts'
import type { CallerPolicies, Credential, CredentialRefusal, Identities } from '../platform.ts'
import type { Caller } from '../call.ts'
import { callerPolicies } from './caller-policies.ts'
import { devCredential } from './dev-credential.ts'
import { longTermCredential } from './long-term.ts'
import { sessionCredential } from './session-credential.ts'

export interface IdentitiesOptions {
  readonly clock: Clock
  /** Takes the well-known credentials of emulators, and every account is there. */
  readonly dev: boolean
  /** The account of the key id `test` in dev mode. */
  readonly managementAccount: string
  /** Where dates of last use are written down; without it none are. */
  readonly store?: Store
  /** Without it nothing limits an account, and nobody pays for asking. */
  readonly organization?: Organization | undefined
}

/** Who may be who, as IAM and STS keep it in the store. Every request reads it anew, so what is revoked is refused at once. */
export function openIdentities(options: IdentitiesOptions): Identities {
  const { store, clock, organization } = options
  const uses = store && new LastUses({ store, clock })
  return {
    ...(uses && { noteUse: (caller, service, region) => uses.note(caller, service, region) }),
    credential: (tx, accessKeyId, token) => readCredential(tx, accessKeyId, token, options),
    ...guardRails(organization),
    principalId: async (tx, principal) => (await findPrincipal(tx, principal, options))?.id,
    principalExists: async (tx, principal) => (await findPrincipal(tx, principal, options)) !== undefined,
  }
}

function guardRails(organization: Organization | undefined): Pick<Identities, 'policies' | 'resourceControl'> {
  if (!organization) return { policies: callerPolicies }
  return {
    policies: (tx, caller) =>
      whenThere(callerPolicies(tx, caller), (policies) => limited(policies, caller, organization)),
    resourceControl: (_tx, account) => organization.resourceControl(account),
  }
}

function limited(
  policies: CallerPolicies | undefined,
  { account }: Caller,
  organization: Organization,
): CallerPolicies | undefined {
  const serviceControl = organization.serviceControl(account)
  return policies && serviceControl ? { ...policies, serviceControl } : policies
}

function readCredential(
  tx: Transaction,
  accessKeyId: string,
  token: string | undefined,
  options: IdentitiesOptions,
): Awaitable<Credential | CredentialRefusal> {
  if (options.dev) {
    const credential = devCredential(accessKeyId, options.managementAccount)
    if (credential) return credential
  }
  if (accessKeyId.startsWith('ASIA')) {
    return token === undefined ? 'invalid-token' : sessionCredential(tx, accessKeyId, token, options)
  }
  return token === undefined ? longTermCredential(tx, accessKeyId) : 'invalid-token'
}
