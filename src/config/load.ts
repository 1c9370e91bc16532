import { readFileSync } from 'node:fs'
import { parse, TomlError } from 'smol-toml'
import * as v from 'valibot'
import { type Config, configSchema } from './schema.ts'

/** The configuration cannot be used; the message names file, line and what was expected. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** A value given beside the file, by its dotted name, and where it came from (`--port`, `KEYTURN_LISTEN_PORT`). */
export interface Override {
  readonly path: readonly string[]
  readonly value: unknown
  readonly from: string
}

type Tree = { [name: string]: unknown }

/**
 * Reads the configuration: the file, overridden by the environment, overridden by flags.
 * Environment: `KEYTURN_` and the name in capitals with underscores, as `KEYTURN_LISTEN_PORT` for `listen.port`.
 */
export function loadConfig(
  path: string | undefined,
  environment: NodeJS.ProcessEnv,
  flags: readonly Override[] = [],
): Config {
  const text = path === undefined ? '' : readConfigFile(path)
  const tree = parseToml(text, path ?? '')
  const overrides = [...environmentOverrides(environment), ...flags]
  for (const { path: at, value } of overrides) set(tree, at, value)
  const result = v.safeParse(configSchema, tree)
  if (result.success) return result.output
  const [issue] = result.issues
  throw new ConfigError(describe(issue, { text, file: path ?? 'the defaults', overrides }))
}

function readConfigFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigError(
      `The configuration file ${path} cannot be read (${(error as NodeJS.ErrnoException).code}). Name another with --config, or write one: docs/configuration.md shows how.`,
    )
  }
}

function parseToml(text: string, file: string): Tree {
  try {
    return parse(text) as Tree
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const [reason] = error.message.split('\n', 1)
    throw new ConfigError(`${file}:${error.line}: ${reason}`)
  }
}

/** Every leaf of the schema by the name of its environment variable. */
const leaves: ReadonlyMap<string, readonly string[]> = new Map(
  leafPaths(configSchema as unknown as SchemaNode).map((path) => [`KEYTURN_${path.map(upperSnake).join('_')}`, path]),
)

interface SchemaNode {
  readonly type: string
  readonly entries?: Readonly<Record<string, SchemaNode>>
  readonly wrapped?: SchemaNode
  readonly options?: readonly SchemaNode[]
}

function leafPaths(node: SchemaNode, path: readonly string[] = []): (readonly string[])[] {
  if (node.type === 'optional') return leafPaths(node.wrapped as SchemaNode, path)
  if (node.type === 'variant') return (node.options as SchemaNode[]).flatMap((option) => leafPaths(option, path))
  if (node.entries) return Object.entries(node.entries).flatMap(([name, child]) => leafPaths(child, [...path, name]))
  return [path]
}

function upperSnake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
}

function environmentOverrides(environment: NodeJS.ProcessEnv): readonly Override[] {
  const overrides: Override[] = []
  for (const [name, path] of leaves) {
    const text = environment[name]
    if (text !== undefined && text !== '') overrides.push({ path, value: scalar(text), from: name })
  }
  return overrides
}

/** Numbers and booleans as TOML writes them; account numbers are digits too, but stay texts. */
function scalar(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^(?:0|[1-9]\d{0,9})$/.test(text) ? Number(text) : text
}

function set(tree: Tree, path: readonly string[], value: unknown): void {
  let at = tree
  for (const name of path.slice(0, -1)) {
    const next = at[name]
    at = typeof next === 'object' && next !== null ? (next as Tree) : ((at[name] = {}) as Tree)
  }
  at[path.at(-1) as string] = value
}

interface Sources {
  readonly text: string
  readonly file: string
  readonly overrides: readonly Override[]
}

function describe(issue: v.BaseIssue<unknown>, { text, file, overrides }: Sources): string {
  const path = (issue.path ?? []).map(({ key }) => String(key))
  const dotted = path.join('.')
  const override = overrides.find((given) => given.path.join('.') === dotted)
  const line = lineOf(text, path)
  const place = override?.from ?? (line === undefined ? file : `${file}:${line}`)
  if (issue.type === 'strict_object' && issue.expected === 'never')
    return `${place}: there is no setting «${dotted}». docs/configuration.md lists all of them.`
  if (issue.input === undefined) return `${place}: the setting «${dotted}» is missing.`
  return `${place}: «${dotted}» must be ${expectation(issue)}, not ${JSON.stringify(issue.input)}.`
}

function expectation(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'picklist' || issue.type === 'literal' || issue.type === 'variant')
    return `one of ${issue.expected}`
  if (issue.type === 'regex' || issue.type === 'min_length') return issue.message
  const { expected } = issue
  if (issue.type === 'min_value' || issue.type === 'max_value') return `a number ${expected}`
  if (issue.type === 'integer') return 'a whole number'
  return `a ${expected}`
}

/** The line of a setting: below its table's header, or its dotted name at the top. */
function lineOf(text: string, path: readonly string[]): number | undefined {
  let table = ''
  const wanted = path.join('.')
  for (const [index, line] of text.split('\n').entries()) {
    const header = /^\s*\[\s*([^\]]+?)\s*\]/.exec(line)
    if (header) table = `${header[1]}.`
    const key = /^\s*([\w.-]+)\s*=/.exec(line)?.[1]
    if (key !== undefined && table + key === wanted) return index + 1
    if (header && `${header[1]}` === wanted) return index + 1
  }
  return undefined
}
