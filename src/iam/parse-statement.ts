import { refuse } from './fault.ts'
import type { JsonNode, JsonObject } from './json-source.ts'

/** `Action` or `NotAction` and so on: which of the two it was, and what it lists. */
export interface ParsedElement {
  readonly not: boolean
  readonly values: readonly string[]
}

/** One named principal; `type` is `AWS`, `Service`, `Federated` or `CanonicalUser`, and `*` for the bare star. */
export interface ParsedPrincipal {
  readonly type: string
  readonly value: string
}

export interface ParsedCondition {
  readonly operator: string
  readonly key: string
  readonly values: readonly string[]
}

/** A statement whose shape is right; what its texts mean has not been looked at. */
export interface ParsedStatement {
  readonly sid: string | undefined
  readonly effect: string | undefined
  readonly principal: { readonly not: boolean; readonly entries: readonly ParsedPrincipal[] } | undefined
  readonly action: ParsedElement | undefined
  readonly resource: ParsedElement | undefined
  readonly conditions: readonly ParsedCondition[]
  /** The offset of its opening brace in the document, and one past its closing one. */
  readonly start: number
  readonly end: number
}

const elements = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
])

const principalTypes = new Set(['AWS', 'Service', 'Federated', 'CanonicalUser'])

/** Takes one statement apart, or refuses it where an element is unknown, is there with its opposite, or has a wrong type. */
export function parseStatement(node: JsonNode): ParsedStatement {
  if (node.type !== 'object') refuse({ kind: 'wrong-type', element: 'Statement' })
  const found = new Map<string, JsonNode>()
  for (const { name, value } of node.members) {
    if (!elements.has(name)) refuse({ kind: 'unknown-element', element: name })
    found.set(name, value)
  }
  const principal = pair(found, 'Principal', 'NotPrincipal')
  const action = pair(found, 'Action', 'NotAction')
  const resource = pair(found, 'Resource', 'NotResource')
  const condition = found.get('Condition')
  return {
    sid: optionalString(found.get('Sid'), 'Sid'),
    effect: optionalString(found.get('Effect'), 'Effect'),
    principal: principal && { not: principal.not, entries: parsePrincipals(principal.node, principal.name) },
    action: action && { not: action.not, values: stringList(action.node, action.name) },
    resource: resource && { not: resource.not, values: stringList(resource.node, resource.name) },
    conditions: condition === undefined ? [] : parseConditions(condition),
    start: node.start,
    end: node.end,
  }
}

function pair(found: ReadonlyMap<string, JsonNode>, name: string, notName: string) {
  const plain = found.get(name)
  const not = found.get(notName)
  if (plain !== undefined && not !== undefined) refuse({ kind: 'both-elements', element: name, other: notName })
  if (plain !== undefined) return { not: false, name, node: plain }
  return not === undefined ? undefined : { not: true, name: notName, node: not }
}

export function optionalString(node: JsonNode | undefined, element: string): string | undefined {
  if (node === undefined) return undefined
  if (node.type !== 'string') refuse({ kind: 'wrong-type', element })
  return node.value
}

function stringList(node: JsonNode, element: string): readonly string[] {
  const items = node.type === 'array' ? node.items : [node]
  return items.map((item) => (item.type === 'string' ? item.value : refuse({ kind: 'wrong-type', element })))
}

function parsePrincipals(node: JsonNode, element: string): readonly ParsedPrincipal[] {
  if (node.type === 'string') {
    if (node.value !== '*') refuse({ kind: 'bad-principal', principalType: '*', principal: node.value })
    return [{ type: '*', value: '*' }]
  }
  if (node.type !== 'object') refuse({ kind: 'wrong-type', element })
  return node.members.flatMap(({ name, value }) => {
    if (!principalTypes.has(name)) refuse({ kind: 'unknown-element', element: name })
    return stringList(value, element).map((principal) => ({ type: name, value: principal }))
  })
}

function parseConditions(node: JsonNode): readonly ParsedCondition[] {
  if (node.type !== 'object') refuse({ kind: 'wrong-type', element: 'Condition' })
  return node.members.flatMap(({ name: operator, value: keys }) => {
    if (keys.type !== 'object') refuse({ kind: 'wrong-type', element: operator })
    return parseKeys(operator, keys)
  })
}

/** Keys are compared without regard to case, so `aws:SourceIp` and `AWS:sourceip` in one operator are the same name twice. */
function parseKeys(operator: string, keys: JsonObject): readonly ParsedCondition[] {
  const seen = new Set<string>()
  return keys.members.map(({ name, value }) => {
    const key = name.toLowerCase()
    if (seen.has(key)) refuse({ kind: 'duplicate-key', key: name, offset: value.start })
    seen.add(key)
    const items = value.type === 'array' ? value.items : [value]
    const values = items.map((item) =>
      item.type === 'string' || item.type === 'number' || item.type === 'boolean'
        ? item.value
        : refuse({ kind: 'wrong-type', element: name }),
    )
    return { operator, key: name, values }
  })
}
