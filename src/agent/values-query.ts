import type { Arrived } from '../http/listener.ts'
import { decodePart } from './local-request.ts'
import { parameterQuestion, type Question, secretQuestion } from './server-values.ts'

/** What a request for a value asks, or why it makes no sense. */
export type Asked = { readonly question: Question; readonly refreshNow: boolean } | { readonly invalid: string }

const pathPrefix = '/v1/'
/** No name or ARN of a secret or parameter is longer than this, escapes included. */
const longestTarget = 8192

/** Reads a request of the local API; nothing where the path is none of its. */
export function readAsked({ path, query, target }: Arrived): Asked | undefined {
  const reader = path.startsWith(pathPrefix) ? readPath : readers[path]
  if (!reader) return undefined
  if (target.length > longestTarget) return { invalid: 'the request is too long' }
  const parameters = readParameters(query)
  return 'invalid' in parameters ? parameters : reader(parameters.values, path)
}

type Values = ReadonlyMap<string, string>
type Reader = (values: Values, path: string) => Asked

const readers: Readonly<Record<string, Reader>> = {
  __proto__: null as never,
  '/secretsmanager/get': (values) => {
    const id = values.get('secretId')
    return id ? readSecret(id, values, ['secretId']) : { invalid: 'missing parameter secretId' }
  },
  '/systemsmanager/parameters/get': readParameter,
}

function readPath(values: Values, path: string): Asked {
  const id = decodePart(path.slice(pathPrefix.length))
  return id ? readSecret(id, values, []) : { invalid: 'missing secret ID' }
}

function readSecret(id: string, values: Values, known: readonly string[]): Asked {
  const unknown = unknownOf(values, [...known, 'versionId', 'versionStage', 'refreshNow'])
  if (unknown) return unknown
  const refreshNow = readFlag(values, 'refreshNow')
  if (refreshNow === undefined) return { invalid: 'invalid refreshNow value' }
  return { question: secretQuestion(id, values.get('versionId'), values.get('versionStage')), refreshNow }
}

function readParameter(values: Values): Asked {
  const unknown = unknownOf(values, ['name', 'version', 'label', 'withDecryption', 'refreshNow'])
  if (unknown) return unknown
  const name = values.get('name')
  if (!name) return { invalid: 'missing parameter name' }
  const version = values.get('version') || undefined
  const label = values.get('label') || undefined
  if (version !== undefined && label !== undefined) return { invalid: 'version and label cannot be given together' }
  const withDecryption = readFlag(values, 'withDecryption')
  const refreshNow = readFlag(values, 'refreshNow')
  if (withDecryption === undefined) return { invalid: 'invalid withDecryption value' }
  if (refreshNow === undefined) return { invalid: 'invalid refreshNow value' }
  return { question: parameterQuestion(name, version ?? label, withDecryption), refreshNow }
}

function unknownOf(values: Values, known: readonly string[]): { readonly invalid: string } | undefined {
  for (const name of values.keys()) if (!known.includes(name)) return { invalid: `unknown parameter: ${name}` }
  return undefined
}

const flags: Readonly<Record<string, boolean>> = {
  __proto__: null as never,
  true: true,
  1: true,
  false: false,
  0: false,
}

/** False where it is not given, nothing where it is neither true nor false. */
function readFlag(values: Values, name: string): boolean | undefined {
  const value = values.get(name)
  return value === undefined ? false : flags[value.toLowerCase()]
}

function readParameters(query: string): { readonly values: Values } | { readonly invalid: string } {
  const values = new Map<string, string>()
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const at = pair.indexOf('=')
    const name = decodePart(at === -1 ? pair : pair.slice(0, at))
    const value = decodePart(at === -1 ? '' : pair.slice(at + 1).replaceAll('+', ' '))
    if (name === undefined || value === undefined) return { invalid: 'invalid escape in the query' }
    if (values.has(name)) return { invalid: `parameter given twice: ${name}` }
    values.set(name, value)
  }
  return { values }
}
