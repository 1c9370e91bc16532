import { readFileSync, statSync } from 'node:fs'
import { parse, TomlError } from 'smol-toml'
import * as v from 'valibot'
import { fromUtf8 } from '../base/bytes.ts'
import type { Organization } from '../aws/organization.ts'
import { environmentOverrides, nodesAt, type Override } from './environment.ts'
import { readOrganization } from './organization.ts'
import { type Config, configSchema } from './schema.ts'
import { TomlLines } from './toml-lines.ts'

export type { Override }

/** The configuration cannot be used; the message names file, line and what was expected. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** The configuration, with what was made ready of it while there still were lines to name. */
export type LoadedConfig = Config & { readonly guardRails: Organization | undefined }

type Tree = { [name: string]: unknown }

/**
 * Reads the configuration: the file, overridden by the environment, overridden by flags.
 * Environment: `KEYTURN_` and the name in capitals with underscores, as `KEYTURN_LISTEN_PORT` for `listen.port`.
 */
export function loadConfig(
  path: string | undefined,
  environment: NodeJS.ProcessEnv,
  flags: readonly Override[] = [],
): LoadedConfig {
  const text = path === undefined ? '' : readConfigFile(path)
  return parseConfig(text, path ?? 'the configuration', [...environmentOverrides(environment), ...flags])
}

/** The same from the text of a file that is called `file` in messages. */
export function parseConfig(text: string, file: string, overrides: readonly Override[] = []): LoadedConfig {
  const tree = tamed(parseToml(text, file), []) as Tree
  for (const { path, value } of overrides) set(tree, path, value)
  const result = v.safeParse(configSchema, tree)
  const sources = { text, file, overrides }
  if (!result.success) throw new ConfigError(describe(result.issues[0], sources))
  const guardRails = readOrganization(result.output, (path, problem) => {
    const { name, place } = placeOf(path, sources)
    throw new ConfigError(`${place}: ${name} ${problem}.`)
  })
  return { ...result.output, guardRails }
}

const longestFile = 1024 * 1024

function readConfigFile(path: string): string {
  let bytes: Buffer
  try {
    if (statSync(path).size > longestFile) throw Object.assign(new Error(), { code: 'EFBIG' })
    bytes = readFileSync(path)
  } catch (error) {
    throw new ConfigError(
      `The configuration file ${path} cannot be read (${(error as NodeJS.ErrnoException).code}). Name another with --config, or write one: docs/configuration.md shows how.`,
    )
  }
  const text = fromUtf8(bytes)
  if (text === undefined) throw new ConfigError(`The configuration file ${path} is not UTF-8 text.`)
  return text
}

function parseToml(text: string, file: string): Tree {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const [reason] = error.message.split('\n', 1)
    throw new ConfigError(`${file}:${error.line}: ${reason}`)
  }
}

/**
 * The tree with what no setting can be in a form that no schema takes for a table: the validator would see an empty
 * table in a date, and in a list that stands where a table should.
 */
function tamed(value: unknown, path: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return Symbol('a date')
  if (Array.isArray(value)) {
    const listed = nodesAt(path).some(({ type }) => type === 'array')
    return listed ? value.map((element, index) => tamed(element, [...path, String(index)])) : Symbol('a list')
  }
  const names = Object.entries(value).map(([name, child]) => [name, tamed(child, [...path, name])] as const)
  return Object.assign(Object.create(null) as Tree, Object.fromEntries(names))
}

/** Leaves alone what the file says where a table should be: that is told as the file's mistake. */
function set(tree: Tree, path: readonly string[], value: unknown): void {
  let at = tree
  for (const name of path.slice(0, -1)) {
    at[name] ??= Object.create(null)
    if (typeof at[name] !== 'object') return
    at = at[name] as Tree
  }
  at[path.at(-1) as string] = value
}

interface Sources {
  readonly text: string
  readonly file: string
  readonly overrides: readonly Override[]
}

function placeOf(path: readonly string[], { text, file, overrides }: Sources) {
  const name = `«${path.map((part) => (/^[\w-]+$/.test(part) ? part : JSON.stringify(part))).join('.')}»`
  const override = overrides.findLast((given) => given.path.join('\0') === path.join('\0'))
  const line = new TomlLines(text).lineOf(path)
  return { name, place: override?.from ?? (line === undefined ? file : `${file}:${line}`) }
}

function describe(issue: v.BaseIssue<unknown>, sources: Sources): string {
  const path = (issue.path ?? []).map(({ key }) => String(key))
  const { name, place } = placeOf(path, sources)
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const kinds = kindsWith(path)
    return kinds.length > 0
      ? `${place}: ${name} is a setting for ${kinds.join(' or ')}.`
      : `${place}: there is no setting ${name}. docs/configuration.md lists all of them.`
  }
  if (issue.input === undefined) return `${place}: the setting ${name} is missing.`
  if (issue.type === 'check') return `${place}: ${name} ${issue.message}.`
  return `${place}: ${name} must be ${expectation(issue, path)}, not ${shown(issue)}.`
}

/** The kinds of a table that have a setting which the kind that was chosen has not. */
function kindsWith(path: readonly string[]): readonly string[] {
  const name = path.at(-1) as string
  const table = path.slice(0, -1)
  return nodesAt(table)
    .filter(({ entries }) => entries && Object.hasOwn(entries, name) && Object.hasOwn(entries, 'kind'))
    .map(({ entries }) => {
      const kind = entries?.['kind'] as { literal?: string; wrapped?: { literal?: string } }
      return `${[...table, 'kind'].join('.')} = "${kind.literal ?? kind.wrapped?.literal}"`
    })
}

function expectation(issue: v.BaseIssue<unknown>, path: readonly string[]): string {
  const { type, expected, message } = issue
  if (expected === 'Object') return 'a table'
  if (expected === 'Array') return 'a list'
  if (type === 'picklist' || type === 'literal' || type === 'variant') return `one of ${choices(expected)}`
  if (type === 'regex' || type === 'min_length' || type === 'max_length') return message
  if (type === 'boolean') return 'true or false'
  if (type === 'string') return 'a text'
  // What is said of a number's range stands at the number, wherever in its checks it failed.
  return (nodesAt(path) as readonly v.GenericSchema[]).map(v.getDescription).find(Boolean) ?? `a ${expected}`
}

function choices(expected: string | null): string {
  return (expected ?? '').match(/"[^"]*"/g)?.join(', ') ?? ''
}

const longestShown = 40

/** What was given, where that cannot be a secret: a text in the place of a table may be an address with a password. */
function shown({ input, expected, type }: v.BaseIssue<unknown>): string {
  if (typeof input === 'symbol') return input.description as string
  if (Array.isArray(input)) return 'a list'
  if (typeof input === 'number' || typeof input === 'boolean') return String(input)
  if (typeof input !== 'string') return 'a table'
  if (input === '') return 'an empty one'
  const open = expected !== 'Object' && expected !== 'Array' && type !== 'string'
  return open && input.length <= longestShown && !input.includes(':') ? JSON.stringify(input) : 'a text'
}
