const valueBytes = 1_024
export const groupSize = 100

/** Secrets come in groups of a hundred with a prefix of their own. The first ones of a store were really created. */
export function realName(index: number): string {
  return `${groupPrefix(Math.floor(index / groupSize))}secret-${digits(index)}`
}

export function groupPrefix(group: number): string {
  return `bench/group-${digits(group)}/`
}

function digits(number: number): string {
  return String(number).padStart(7, '0')
}

const pathSize = 10

/** Parameters come ten below a path. The first ones of a store were really put. */
export function parameterName(index: number): string {
  return `${parameterPath(Math.floor(index / pathSize))}/parameter-${digits(index)}`
}

export function parameterPath(group: number): string {
  return `/bench/group-${digits(group)}`
}

/** A value of one kilobyte, as applications keep them: JSON with a few members. */
export function secretText(index: number): string {
  const members = { username: `application-${index}`, host: 'db.internal', port: 5432, password: '' }
  const missing = valueBytes - JSON.stringify(members).length
  return JSON.stringify({ ...members, password: randomLetters(missing) })
}

const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_'

function randomLetters(length: number): string {
  let text = ''
  for (const byte of crypto.getRandomValues(new Uint8Array(length))) text += alphabet[byte & 63]
  return text
}
