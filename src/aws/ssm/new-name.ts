import { invalidName, nameTooLong, notFullyQualified, reservedPath, reservedPrefix, tooManyLevels } from './messages.ts'
import { levelsOf, parameterArn, readPath } from './name.ts'

const mostLevels = 15
const longestArn = 1011

/** Reads the name of a parameter to be made; blanks around it do not count. */
export function readNewName(
  text: string,
  account: string,
  region: string,
): { readonly name: string; readonly path: string } {
  const name = text.trim()
  if (!/^[A-Za-z0-9_.\-/]+$/.test(name)) throw invalidName()
  checkReserved(name)
  if (!name.startsWith('/') && name.includes('/')) throw notFullyQualified()
  const path = readPath(name)
  if (levelsOf(path).length > mostLevels) throw tooManyLevels()
  if (parameterArn(account, region, path).length > longestArn) throw nameTooLong()
  return { name, path }
}

function checkReserved(name: string): void {
  if (!/^\/?(?:aws|ssm)/i.test(name)) return
  if (name.indexOf('/', 1) === -1) throw reservedPrefix()
  throw /^\/aws/i.test(name) ? reservedPath(name) : invalidName()
}
