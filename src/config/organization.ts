import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import {
  type ControlLevel,
  type DeclaredOrganization,
  fullAccess,
  fullResourceAccess,
  type Organization,
  organizationOf,
} from '../aws/organization.ts'
import { fromUtf8 } from '../base/bytes.ts'
import { type CompiledPolicy, compilePolicy } from '../iam/compile-policy.ts'
import type { PolicyFault } from '../iam/fault.ts'
import type { Config } from './schema.ts'

type Declared = NonNullable<Config['organization']>
type Path = readonly string[]
/** Says what is wrong with a setting, and ends it. */
export type Refuse = (path: Path, problem: string) => never

/** As many levels of units as AWS has. */
const deepest = 5

/** Makes the organisation of the configuration ready: its policies read and compiled, its units in their order. */
export function readOrganization(
  { organization, account }: Pick<Config, 'organization' | 'account'>,
  refuse: Refuse,
): Organization | undefined {
  if (!organization) return undefined
  const at = ['organization']
  const units = new Map<string, NonNullable<ReturnType<DeclaredOrganization['units']['get']>>>()
  organization.unit.forEach((unit, index) => {
    const path = [...at, 'unit', String(index)]
    if (units.has(unit.id)) refuse([...path, 'id'], 'is the id of a unit above')
    units.set(unit.id, { parent: unit.parent, ...levelOf(unit, path, refuse) })
  })
  checkParents(organization.unit, refuse)
  const accounts = new Map<string, NonNullable<ReturnType<DeclaredOrganization['accounts']['get']>>>()
  organization.account.forEach((member, index) => {
    const path = [...at, 'account', String(index)]
    if (member.id === account) refuse([...path, 'id'], 'is the management account, which guard rails do not bind')
    if (accounts.has(member.id)) refuse([...path, 'id'], 'is the id of an account above')
    if (member.unit !== undefined && !units.has(member.unit)) refuse([...path, 'unit'], 'is the id of no unit')
    accounts.set(member.id, { unit: member.unit, ...levelOf(member, path, refuse) })
  })
  return organizationOf({
    id: organization.id,
    rootId: organization.root,
    managementAccount: account,
    root: levelOf(organization, at, refuse),
    units,
    accounts,
  })
}

function checkParents(units: Declared['unit'], refuse: Refuse): void {
  const parents = new Map(units.map(({ id, parent }) => [id, parent]))
  units.forEach(({ id, parent }, index) => {
    const path = ['organization', 'unit', String(index), 'parent']
    if (parent !== undefined && !parents.has(parent)) refuse(path, 'is the id of no unit')
    let depth = 0
    for (let at: string | undefined = id; at !== undefined; at = parents.get(at)) {
      if (++depth > deepest) refuse(path, `puts the unit more than ${deepest} levels deep, or into itself`)
    }
  })
}

interface Attached {
  readonly serviceControl?: readonly string[] | undefined
  readonly resourceControl?: readonly string[] | undefined
}

function levelOf({ serviceControl, resourceControl }: Attached, path: Path, refuse: Refuse): ControlLevel {
  return {
    serviceControl: serviceControl && servicePolicies(serviceControl, [...path, 'serviceControl'], refuse),
    resourceControl: resourceControl?.map((given, index) =>
      resourcePolicy(given, [...path, 'resourceControl', String(index)], refuse),
    ),
  }
}

/** Whoever lists only what is denied has detached what allows the rest: nobody means that. */
function servicePolicies(list: readonly string[], path: Path, refuse: Refuse): readonly CompiledPolicy[] {
  const policies = list.map((given, index) => servicePolicy(given, [...path, String(index)], refuse))
  const allows = policies.some(({ statements }) => statements.some(({ effect }) => effect === 'Allow'))
  return allows ? policies : refuse(path, 'would allow nothing: add "FullAWSAccess", or a policy with an Allow')
}

function servicePolicy(given: string, path: Path, refuse: Refuse): CompiledPolicy {
  if (given === fullAccess.name) return fullAccess
  const policy = readPolicy(given, path, refuse)
  const named = policy.statements.some(({ principal }) => principal !== undefined)
  return named ? refuse(path, 'is a service control policy, which names no Principal') : policy
}

/** Source: Organizations user guide, «RCP syntax»: such policies only deny, to everybody, and name their actions. */
function resourcePolicy(given: string, path: Path, refuse: Refuse): CompiledPolicy {
  if (given === fullResourceAccess.name) return fullResourceAccess
  const policy = readPolicy(given, path, refuse)
  for (const { effect, principal, action } of policy.statements) {
    if (effect !== 'Deny') refuse(path, 'is a resource control policy, which only denies')
    if (!principal || principal.not) refuse(path, 'is a resource control policy, whose Principal must be "*"')
    if (action.not || action.values.includes('*'))
      refuse(path, 'is a resource control policy, whose actions must begin with a service, such as "kms:*"')
  }
  return policy
}

const longestPolicy = 131_072

function readPolicy(given: string, path: Path, refuse: Refuse): CompiledPolicy {
  const inline = given.trimStart().startsWith('{')
  const document = inline ? given : readPolicyFile(given, path, refuse)
  const name = inline ? undefined : basename(given)
  const compiled = compilePolicy(document, 'control', name === undefined ? {} : { name })
  if ('invalid' in compiled) return refuse(path, faultIn(compiled.invalid, document, inline ? 'the document' : given))
  const { policy } = compiled
  return { ...policy, name: name ?? policy.id ?? path.join('.') }
}

function readPolicyFile(file: string, path: Path, refuse: Refuse): string {
  let bytes: Buffer
  try {
    if (statSync(file).size > longestPolicy) throw Object.assign(new Error(), { code: 'EFBIG' })
    bytes = readFileSync(file)
  } catch (error) {
    return refuse(path, `names the file ${file}, which cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  return fromUtf8(bytes) ?? refuse(path, `names the file ${file}, which is not UTF-8 text`)
}

/** What is wrong with a policy: its kind in words, what it is about, and the line where that is known. */
function faultIn({ kind, ...about }: PolicyFault, document: string, file: string): string {
  const { offset, ...rest } = about as Readonly<Record<string, string | number>>
  const line = typeof offset === 'number' ? `:${document.slice(0, offset).split('\n').length}` : ''
  const details = Object.entries(rest).map(([name, value]) => `${name} ${JSON.stringify(value)}`)
  return `is no policy: ${file}${line}: ${[kind.replaceAll('-', ' '), ...details].join(', ')}`
}
