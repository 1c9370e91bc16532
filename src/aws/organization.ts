import { AssertionFailure } from '../base/assert.ts'
import { type CompiledPolicy, compilePolicy } from '../iam/compile-policy.ts'

/** Guard rails that bind an account: one list for each level, from the root to the account; each level must allow. */
export type ControlLevels = readonly (readonly CompiledPolicy[])[]

/** The accounts of this server as one organisation: where each stands, and what it is limited by. */
export interface Organization {
  /** Such as `o-a1b2c3d4e5`; nothing where the configuration gives none. */
  readonly id: string | undefined
  /** Where an account stands: `o-a1b2c3d4e5/r-root/ou-production/`. Nothing without an id, and for what is no account. */
  pathOf(account: string): string | undefined
  /** What limits the principals of an account, its root user too; nothing where nothing does. */
  serviceControl(account: string): ControlLevels | undefined
  /** What limits everybody's use of an account's resources. */
  resourceControl(account: string): ControlLevels | undefined
}

/** The policies that are attached at one level; a kind without a list has the one that allows everything. */
export interface ControlLevel {
  readonly serviceControl?: readonly CompiledPolicy[] | undefined
  readonly resourceControl?: readonly CompiledPolicy[] | undefined
}

/** An organisation as it was declared; parents and units are there, and no unit is its own ancestor. */
export interface DeclaredOrganization {
  readonly id: string | undefined
  readonly rootId: string
  /** Guard rails do not bind it (Organizations user guide, «Management account»). */
  readonly managementAccount: string
  readonly root: ControlLevel
  readonly units: ReadonlyMap<string, ControlLevel & { readonly parent: string | undefined }>
  readonly accounts: ReadonlyMap<string, ControlLevel & { readonly unit: string | undefined }>
}

/** AWS's own service control policy, which is attached where no list says otherwise. */
export const fullAccess = controlThatAllows('FullAWSAccess', {})
/** The same for resource control policies; it cannot be detached. */
export const fullResourceAccess = controlThatAllows('RCPFullAWSAccess', { Principal: '*' })

function controlThatAllows(name: string, more: object): CompiledPolicy {
  const statement = { Effect: 'Allow', ...more, Action: '*', Resource: '*' }
  const compiled = compilePolicy(JSON.stringify({ Version: '2012-10-17', Statement: [statement] }), 'control', { name })
  if ('invalid' in compiled) throw new AssertionFailure(`${name} is a policy`)
  return compiled.policy
}

interface Place {
  readonly serviceControl: ControlLevels | undefined
  readonly resourceControl: ControlLevels | undefined
  readonly path: string | undefined
}

/** Works out for each account what binds it, once: asking costs one look-up. */
export function organizationOf(declared: DeclaredOrganization): Organization {
  const { id, managementAccount, accounts } = declared
  const known = new Map([...accounts].map(([account, level]) => [account, placeOf(declared, level.unit, level)]))
  const elsewhere = placeOf(declared, undefined, {})
  known.set(managementAccount, { ...elsewhere, serviceControl: undefined, resourceControl: undefined })
  const place = (account: string): Place | undefined =>
    known.get(account) ?? (/^\d{12}$/.test(account) ? elsewhere : undefined)
  return {
    id,
    pathOf: (account) => place(account)?.path,
    serviceControl: (account) => place(account)?.serviceControl,
    resourceControl: (account) => place(account)?.resourceControl,
  }
}

function placeOf(
  { id, rootId, root, units }: DeclaredOrganization,
  unit: string | undefined,
  own: ControlLevel,
): Place {
  const levels: ControlLevel[] = [own]
  const names: string[] = []
  for (let name = unit; name !== undefined; name = units.get(name)?.parent) {
    levels.unshift(units.get(name) ?? {})
    names.unshift(name)
  }
  levels.unshift(root)
  return {
    serviceControl: limiting(levels.map(({ serviceControl }) => serviceControl)),
    resourceControl: limiting(
      levels.map(({ resourceControl }) => resourceControl && [fullResourceAccess, ...resourceControl]),
    ),
    path: id === undefined ? undefined : `${[id, rootId, ...names].join('/')}/`,
  }
}

/** The levels that limit at all: one with nothing but full access says nothing. */
function limiting(lists: readonly (readonly CompiledPolicy[] | undefined)[]): ControlLevels | undefined {
  const full = (policy: CompiledPolicy) => policy === fullAccess || policy === fullResourceAccess
  const levels = lists.filter((list) => list !== undefined).filter((list) => !(list.length > 0 && list.every(full)))
  return levels.length > 0 ? levels : undefined
}
