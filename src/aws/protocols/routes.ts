import type { Model, Operation } from './model.ts'

/** An operation found by its method and path, with the values of the labels in the path. */
export interface Routed {
  readonly operation: Operation
  readonly labels: ReadonlyMap<string, string>
}

interface Route {
  readonly operation: string
  readonly method: string
  /** A label has a name, a literal a text. */
  readonly segments: readonly ({ readonly label: string } | { readonly literal: string })[]
  /** What the query string must have, such as `find=LayerVersion`. */
  readonly query: readonly (readonly [name: string, value: string])[]
}

/** The routes of a model by method and number of segments, those with more literals first. */
type RouteTable = ReadonlyMap<string, readonly Route[]>

const tables = new WeakMap<Model, RouteTable>()

/** Finds the operation of a request by the `http` trait of the model. Nothing where a label cannot be decoded. */
export function findRoute(
  model: Model,
  method: string,
  path: string,
  query: ReadonlyMap<string, readonly string[]>,
): Routed | undefined {
  let table = tables.get(model)
  if (!table) {
    table = tableOf(model)
    tables.set(model, table)
  }
  const segments = segmentsOf(path)
  for (const route of table.get(`${method} ${segments.length}`) ?? []) {
    const labels = match(route, segments, query)
    const operation = labels && model.operation(route.operation)
    if (operation) return { operation, labels }
  }
  return undefined
}

/** Between the slashes, as sent; older clients end a path with a slash. */
function segmentsOf(path: string): readonly string[] {
  return (path.endsWith('/') ? path.slice(1, -1) : path.slice(1)).split('/')
}

function tableOf(model: Model): RouteTable {
  const table = new Map<string, Route[]>()
  for (const name of model.operationNames) {
    const { method, uri } = model.operation(name) as Operation
    const [path = '', query = ''] = uri.split('?')
    const segments = segmentsOf(path).map((text) =>
      text.startsWith('{') ? { label: text.slice(1, -1) } : { literal: text },
    )
    const route = { operation: name, method, segments, query: [...new URLSearchParams(query)] }
    const key = `${method} ${segments.length}`
    table.set(key, [...(table.get(key) ?? []), route])
  }
  for (const routes of table.values()) routes.sort((a, b) => literals(b) - literals(a))
  return table
}

function literals({ segments, query }: Route): number {
  return segments.filter((segment) => 'literal' in segment).length + query.length
}

function match(
  { segments, query }: Route,
  sent: readonly string[],
  sentQuery: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, string> | undefined {
  if (!query.every(([name, value]) => sentQuery.get(name)?.includes(value))) return undefined
  const labels = new Map<string, string>()
  for (const [index, segment] of segments.entries()) {
    const text = sent[index] as string
    if ('literal' in segment) {
      if (segment.literal !== text) return undefined
      continue
    }
    const value = decodeText(text)
    if (value === undefined || value === '') return undefined
    labels.set(segment.label, value)
  }
  return labels
}

/** A percent-encoded text, or nothing where it is not UTF-8. */
export function decodeText(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
