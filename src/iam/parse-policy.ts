import { type PolicyKind, refuse } from './fault.ts'
import { type JsonNode, parseJsonSource } from './json-source.ts'
import { optionalString, type ParsedStatement, parseStatement } from './parse-statement.ts'

export interface PolicyLimits {
  /** The longest document, in characters. The quota of an API is its own matter; this one keeps parsing cheap. */
  readonly characters?: number
  readonly statements?: number
  /** Set where an API takes only policies of version 2012-10-17, such as IAM's `CreatePolicy`. */
  readonly onlyCurrentVersion?: boolean
}

export interface ParsedPolicy {
  readonly version: '2008-10-17' | '2012-10-17'
  readonly id: string | undefined
  readonly statements: readonly ParsedStatement[]
}

const mostCharacters = 131_072
const mostStatements = 1_000

/**
 * Reads a policy document of a kind: its JSON, its elements and the form of its texts. Refuses with a fault (`orFault`).
 * The checks run in the order in which IAM reports them: shape, version, effects, statement ids, then actions and resources.
 */
export function parsePolicy(document: string, kind: PolicyKind, limits: PolicyLimits): ParsedPolicy {
  const most = limits.characters ?? mostCharacters
  if (document.length > most) refuse({ kind: 'too-large', limit: most })
  checkCharacters(document)
  const { version, id, statement } = topElements(parseJsonSource(document))
  const nodes = statement.type === 'array' ? statement.items : [statement]
  if (nodes.length === 0) refuse({ kind: 'empty-statement' })
  const bound = limits.statements ?? mostStatements
  if (nodes.length > bound) refuse({ kind: 'too-many-statements', limit: bound })
  const statements = nodes.map(parseStatement)
  if (limits.onlyCurrentVersion && version !== '2012-10-17') refuse({ kind: 'old-version' })
  checkEffects(statements)
  checkSids(statements, kind)
  checkPrincipals(statements, kind)
  checkActions(statements, kind)
  checkResources(statements, kind)
  return { version, id, statements }
}

/** The model of every policy parameter in the IAM and KMS APIs allows these characters and no others. */
function checkCharacters(document: string): void {
  for (let at = 0; at < document.length; at++) {
    const code = document.charCodeAt(at)
    if (code > 0xff || (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d)) {
      refuse({ kind: 'bad-character', offset: at })
    }
  }
}

function topElements(node: JsonNode) {
  if (node.type !== 'object') refuse({ kind: 'not-object' })
  let version: JsonNode | undefined
  let id: JsonNode | undefined
  let statement: JsonNode | undefined
  for (const { name, value } of node.members) {
    if (name === 'Version') version = value
    else if (name === 'Id') id = value
    else if (name === 'Statement') statement = value
    else refuse({ kind: 'unknown-element', element: name })
  }
  if (statement === undefined) refuse({ kind: 'missing-statement' })
  return {
    version: checkVersion(optionalString(version, 'Version') ?? '2008-10-17'),
    id: optionalString(id, 'Id'),
    statement,
  }
}

function checkVersion(version: string): ParsedPolicy['version'] {
  if (version === '2008-10-17' || version === '2012-10-17') return version
  return refuse({ kind: 'bad-version', version })
}

function checkEffects(statements: readonly ParsedStatement[]): void {
  statements.forEach(({ effect }, statement) => {
    if (effect === undefined) refuse({ kind: 'missing-effect', statement })
    if (effect !== 'Allow' && effect !== 'Deny') refuse({ kind: 'bad-effect', effect })
  })
}

/** IAM takes letters and digits only; a resource's own policies may have other characters, as KMS's default one does. */
function checkSids(statements: readonly ParsedStatement[], kind: PolicyKind): void {
  const alphanumeric = kind === 'identity' || kind === 'trust'
  const seen = new Set<string>()
  for (const { sid } of statements) {
    if (sid === undefined || sid === '') continue
    if (alphanumeric && !/^[0-9A-Za-z]*$/.test(sid)) refuse({ kind: 'bad-sid', sid })
    if (seen.has(sid)) refuse({ kind: 'duplicate-sid', sid })
    seen.add(sid)
  }
}

function checkPrincipals(statements: readonly ParsedStatement[], kind: PolicyKind): void {
  statements.forEach(({ principal }, statement) => {
    if (kind === 'identity') {
      if (principal !== undefined) {
        refuse({ kind: 'principal-forbidden', element: principal.not ? 'NotPrincipal' : 'Principal' })
      }
    } else if (kind !== 'control' && (principal === undefined || principal.entries.length === 0)) {
      refuse({ kind: 'missing-principal', statement })
    }
  })
}

const trustAction = /^sts:(?:\*|assumerole.*|tagsession|setsourceidentity|setcontext)$/i

function checkActions(statements: readonly ParsedStatement[], kind: PolicyKind): void {
  statements.forEach(({ action }, statement) => {
    if (action === undefined || action.values.length === 0) refuse({ kind: 'missing-action', statement })
  })
  for (const { action } of statements) {
    action?.values.forEach((value) => {
      checkAction(value)
      if (kind === 'trust' && !trustAction.test(value)) refuse({ kind: 'not-assume-role', action: value })
    })
  }
}

function checkAction(action: string): void {
  if (action === '*') return
  const colon = action.indexOf(':')
  if (colon < 0) refuse({ kind: 'bad-action', action, problem: 'no-vendor' })
  if (action.indexOf(':', colon + 1) >= 0) refuse({ kind: 'bad-action', action, problem: 'two-colons' })
  if (!/^(?:\*|[a-zA-Z0-9.-]+)$/.test(action.slice(0, colon))) {
    refuse({ kind: 'bad-action', action, problem: 'bad-vendor' })
  }
}

function checkResources(statements: readonly ParsedStatement[], kind: PolicyKind): void {
  statements.forEach(({ resource }, statement) => {
    if (kind === 'trust') {
      if (resource !== undefined) {
        refuse({ kind: 'resource-forbidden', element: resource.not ? 'NotResource' : 'Resource' })
      }
    } else if (resource === undefined || resource.values.length === 0) {
      refuse({ kind: 'missing-resource', statement })
    }
  })
  for (const { resource } of statements) resource?.values.forEach(checkResource)
}

const partitions = /^(?:aws(?:-[a-z*?-]+)?|aws\*|\*)$/

function checkResource(resource: string): void {
  if (resource === '*') return
  const [head, partition] = resource.split(':', 2)
  if (head !== 'arn' || partition === undefined) refuse({ kind: 'bad-resource', resource })
  if (!partitions.test(partition)) refuse({ kind: 'bad-partition', resource, partition })
}
