import type { CompiledPolicy, CompiledStatement } from './compile-policy.ts'
import type { CompiledCondition } from './conditions/condition.ts'
import { parseRange } from './conditions/ip.ts'

/** Keys that say where a request comes from in a way that only AWS fills in; a fixed value of one makes a grant private. */
const narrowingKeys = new Set([
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:sourceorgid',
  'aws:sourceorgpaths',
  'aws:sourceowner',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:userid',
  'kms:calleraccount',
])

/** Operators that ask for one of the values they list, and fail where the key is missing. */
const positiveOperator = /^(?:foranyvalue:)?(?:stringequals|stringequalsignorecase|stringlike|arnequals|arnlike)$/

/**
 * Whether a resource's policy opens it to the public: an `Allow` to everybody that no condition narrows to fixed values. It errs
 * on the side of yes: what a `Deny` takes away again is not counted. Source: the meaning of «public» in Amazon S3's Block Public
 * Access documentation, which Secrets Manager's `BlockPublicPolicy` follows.
 */
export function allowsPublicAccess(policy: CompiledPolicy): boolean {
  return policy.statements.some((statement) => isOpen(statement) && !statement.conditions.some(narrows))
}

function isOpen({ effect, principal }: CompiledStatement): boolean {
  if (effect !== 'Allow' || principal === undefined) return false
  return principal.not || principal.everybody || principal.services.has('*') || principal.federated.has('*')
}

function narrows({ operator, lookupKey, values }: CompiledCondition): boolean {
  const name = operator.toLowerCase()
  if (values.length === 0) return false
  if (lookupKey === 'aws:sourceip') return name === 'ipaddress' && values.every(isNarrowRange)
  return narrowingKeys.has(lookupKey) && positiveOperator.test(name) && values.every(isFixed)
}

function isFixed(value: string): boolean {
  return value !== '' && !/[*?]|\$\{/.test(value)
}

/** A block of at most a 256th of the IPv4 addresses, or of one IPv6 allocation to a provider. */
function isNarrowRange(value: string): boolean {
  const range = parseRange(value)
  return range !== undefined && range.prefixBits >= (range.groups.length === 2 ? 8 : 32)
}
