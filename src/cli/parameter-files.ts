import { isJsonObject } from '../base/json-object.ts'
import { Secret } from '../base/secret.ts'
import { formatEnvEntry, parseEnvFile } from './env-file.ts'
import { variablesOf } from './environment.ts'
import { CliError } from './output.ts'
import type { NamedParameter, ParameterType } from './parameters.ts'

export const fileFormats = ['env', 'json', 'aws-export'] as const
export type FileFormat = (typeof fileFormats)[number]

export interface ReadOptions {
  /** The path that the parameters are put below; what an export of AWS names may stay where it was. */
  readonly path?: string | undefined
  /** The type of what the file does not give one. */
  readonly type: ParameterType
}

/** The parameters that a file holds. Messages name lines and names, never values. */
export function readParameterFile(format: FileFormat, text: string, options: ReadOptions): readonly NamedParameter[] {
  const parameters = readers[format](text, options)
  const seen = new Set<string>()
  for (const { name } of parameters) {
    if (seen.has(name)) throw new CliError(`The file has ${name} twice.`)
    seen.add(name)
  }
  return parameters
}

const readers: Readonly<Record<FileFormat, (text: string, options: ReadOptions) => readonly NamedParameter[]>> = {
  env: readEnv,
  json: readJson,
  'aws-export': readAwsExport,
}

function readEnv(text: string, { path, type }: ReadOptions): readonly NamedParameter[] {
  const entries = parseEnvFile(text)
  if ('fault' in entries) throw new CliError(`Line ${entries.fault.line}: ${entries.fault.why}.`)
  return entries.map(({ name, value }) => ({ name: join(path, [name]), type, value: new Secret(value) }))
}

function readJson(text: string, { path, type }: ReadOptions): readonly NamedParameter[] {
  const parsed = parseJson(text)
  if (!isJsonObject(parsed)) throw new CliError('The file must hold one JSON object.')
  return [...leaves(parsed, [])].map(([levels, leaf]) => ({
    name: join(path, levels),
    type: Array.isArray(leaf) && type === 'String' ? 'StringList' : type,
    value: new Secret(leafText(leaf, levels)),
  }))
}

function* leaves(object: object, above: readonly string[]): Generator<readonly [readonly string[], unknown]> {
  for (const [key, value] of Object.entries(object)) {
    const levels = [...above, key]
    if (!/^[A-Za-z0-9_.-]+$/.test(key) || levels.length > 15)
      throw new CliError(`«${levels.join('/')}» cannot be the name of a parameter.`)
    if (isJsonObject(value)) yield* leaves(value, levels)
    else yield [levels, value]
  }
}

function leafText(leaf: unknown, levels: readonly string[]): string {
  if (typeof leaf === 'string') return leaf
  if (typeof leaf === 'number' || typeof leaf === 'boolean') return String(leaf)
  if (Array.isArray(leaf) && leaf.every((item) => typeof item === 'string' && !item.includes(',')))
    return leaf.join(',')
  throw new CliError(`«${levels.join('/')}» must be a text, a number, true, false, or a list of texts without commas.`)
}

/** What `aws ssm get-parameters-by-path --with-decryption` and its sisters print. */
function readAwsExport(text: string, { path }: ReadOptions): readonly NamedParameter[] {
  const parsed = parseJson(text)
  const list = isJsonObject(parsed) ? (parsed as { Parameters?: unknown }).Parameters : undefined
  if (!Array.isArray(list)) throw new CliError('The file must be what the AWS CLI prints: {"Parameters": […]}.')
  const parameters = list.map(readWire)
  if (path === undefined) return parameters
  const above = commonPath(parameters.map(({ name }) => name))
  return parameters.map((parameter) => ({
    ...parameter,
    name: join(path, levelsOf(parameter.name).slice(above.length)),
  }))
}

function readWire(entry: unknown, index: number): NamedParameter {
  const { Name: name, Type: type, Value: value } = (isJsonObject(entry) ? entry : {}) as Record<string, unknown>
  const known = type === 'String' || type === 'StringList' || type === 'SecureString'
  if (typeof name !== 'string' || typeof value !== 'string' || !known)
    throw new CliError(`Entry ${index + 1} has no Name, Type and Value.`)
  return { name, type, value: new Secret(value) }
}

function levelsOf(name: string): readonly string[] {
  return name.split('/').filter((level) => level !== '')
}

/** The levels above all of some names. */
function commonPath(names: readonly string[]): readonly string[] {
  const [first = [], ...others] = names.map((name) => levelsOf(name).slice(0, -1))
  const differs = first.findIndex((level, index) => others.some((other) => other[index] !== level))
  return differs === -1 ? first : first.slice(0, differs)
}

function join(path: string | undefined, levels: readonly string[]): string {
  return `/${[...levelsOf(path ?? ''), ...levels].join('/')}`
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The message of the parser would quote the file, and with it perhaps a value.
    throw new CliError('The file is not JSON.')
  }
}

/** The text of a file of parameters; names are told from below `path` on. */
export function writeParameterFile(format: FileFormat, path: string, parameters: readonly NamedParameter[]): string {
  return writers[format](path, parameters)
}

const writers: Readonly<Record<FileFormat, (path: string, parameters: readonly NamedParameter[]) => string>> = {
  env: (_path, parameters) => {
    const sourced = parameters.map(({ name, value }) => ({ source: name, label: levelsOf(name).at(-1) ?? '', value }))
    return Array.from(
      variablesOf(sourced),
      ([name, value]) => `${formatEnvEntry({ name, value: value.reveal() })}\n`,
    ).join('')
  },
  json: (path, parameters) => `${treeText(treeOf(path, parameters))}\n`,
  'aws-export': (_path, parameters) => {
    const Parameters = parameters.map(({ name, type, value }) => ({ Name: name, Type: type, Value: value.reveal() }))
    return `${JSON.stringify({ Parameters }, undefined, 2)}\n`
  },
}

type Tree = Map<string, Tree | string | readonly string[]>

function treeOf(path: string, parameters: readonly NamedParameter[]): Tree {
  const depth = levelsOf(path).length
  const tree: Tree = new Map()
  for (const { name, type, value } of parameters) {
    const levels = levelsOf(name).slice(depth)
    const own = levels.at(-1) ?? ''
    let at = tree
    for (const level of levels.slice(0, -1)) {
      const below = at.get(level) ?? new Map()
      if (!(below instanceof Map)) throw nested(name)
      at.set(level, below)
      at = below
    }
    if (at.has(own)) throw nested(name)
    at.set(own, type === 'StringList' ? value.reveal().split(',') : value.reveal())
  }
  return tree
}

/** JSON of a tree; built by hand of entries, so that no name is taken for one of JavaScript's own. */
function treeText(tree: Tree, indent = ''): string {
  if (tree.size === 0) return '{}'
  const rows = Array.from(tree, ([level, node]) => {
    const text = node instanceof Map ? treeText(node, `${indent}  `) : JSON.stringify(node)
    return `${indent}  ${JSON.stringify(level)}: ${text}`
  })
  return `{\n${rows.join(',\n')}\n${indent}}`
}

function nested(name: string): CliError {
  return new CliError(`JSON cannot hold ${name} beside what is above or below it; use --format aws-export.`)
}
