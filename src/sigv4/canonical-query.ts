import { reencode } from './percent-encoding.ts'

const maxParameters = 1_000

/** A parameter with name and value as they are signed, that is percent-encoded. */
export interface QueryParameter {
  readonly name: string
  readonly value: string
}

/** Parameters in the order they came, or nothing where the encoding is broken or there are too many. */
export function parseQuery(query: string): readonly QueryParameter[] | undefined {
  const parameters: QueryParameter[] = []
  for (let start = 0; start < query.length; ) {
    const ampersand = query.indexOf('&', start)
    const end = ampersand === -1 ? query.length : ampersand
    if (end > start) {
      if (parameters.length === maxParameters) return undefined
      const equals = query.indexOf('=', start)
      const nameEnd = equals === -1 || equals > end ? end : equals
      const name = reencode(query.slice(start, nameEnd))
      const value = reencode(query.slice(Math.min(nameEnd + 1, end), end))
      if (name === undefined || value === undefined) return undefined
      parameters.push({ name, value })
    }
    start = end + 1
  }
  return parameters
}

/** Parameters sorted by encoded name, then by encoded value, without one that is not signed. */
export function canonicalQuery(parameters: readonly QueryParameter[], except?: string): string {
  return parameters
    .filter((parameter) => parameter.name !== except)
    .sort((a, b) => compare(a.name, b.name) || compare(a.value, b.value))
    .map((parameter) => `${parameter.name}=${parameter.value}`)
    .join('&')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
