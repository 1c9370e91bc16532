import { configSchema } from './schema.ts'

/** What this room needs to see of a schema: how it nests. */
export interface SchemaNode {
  readonly type: string
  readonly entries?: Readonly<Record<string, SchemaNode>>
  readonly wrapped?: SchemaNode
  readonly options?: readonly SchemaNode[]
  readonly item?: SchemaNode
  readonly value?: SchemaNode
}

export const schemaRoot = configSchema as unknown as SchemaNode

/** A setting that is one value, and the environment variable that may give it. */
export interface Setting {
  readonly path: readonly string[]
  readonly variable: string
  readonly type: string
}

/** Every setting but the lists and the tables whose names are free: those are given in the file only. */
export const settings: readonly Setting[] = unique(settingsOf(schemaRoot, []))

function settingsOf(node: SchemaNode, path: readonly string[]): readonly Setting[] {
  if (node.wrapped) return settingsOf(node.wrapped, path)
  if (node.type === 'variant') return (node.options ?? []).flatMap((option) => settingsOf(option, path))
  if (node.entries) return Object.entries(node.entries).flatMap(([name, child]) => settingsOf(child, [...path, name]))
  if (node.type === 'array' || node.type === 'record') return []
  return [{ path, variable: `KEYTURN_${path.map(upperSnake).join('_')}`, type: node.type }]
}

function unique(all: readonly Setting[]): readonly Setting[] {
  return [...new Map(all.map((setting) => [setting.variable, setting])).values()]
}

function upperSnake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
}

/** The nodes that may stand at a path: several where a table has kinds. */
export function nodesAt(path: readonly string[], from: readonly SchemaNode[] = [schemaRoot]): readonly SchemaNode[] {
  const nodes = from.flatMap(plainNodes)
  const [name, ...rest] = path
  if (name === undefined) return nodes
  const next = nodes.flatMap(({ type, entries, item, value }) => {
    const child =
      item ??
      (type === 'record' ? value : undefined) ??
      (entries && Object.hasOwn(entries, name) ? entries[name] : undefined)
    return child ? [child] : []
  })
  return nodesAt(rest, next)
}

function plainNodes(node: SchemaNode): readonly SchemaNode[] {
  if (node.wrapped) return plainNodes(node.wrapped)
  return node.options && node.type === 'variant' ? node.options.flatMap(plainNodes) : [node]
}

/** A value given beside the file, by its path, and where it came from (`--port`, `KEYTURN_LISTEN_PORT`). */
export interface Override {
  readonly path: readonly string[]
  readonly value: unknown
  readonly from: string
}

/** What the environment gives. Variables that name no setting are other programs': Kubernetes sets such for its services. */
export function environmentOverrides(environment: NodeJS.ProcessEnv): readonly Override[] {
  const overrides: Override[] = []
  for (const { variable, path, type } of settings) {
    const text = environment[variable]
    if (text !== undefined && text !== '') overrides.push({ path, value: valueOf(text, type), from: variable })
  }
  return overrides
}

function valueOf(text: string, type: string): unknown {
  if (type === 'number' && /^-?\d{1,15}$/.test(text)) return Number(text)
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}
