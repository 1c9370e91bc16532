import { createHash } from 'node:crypto'
import { readJsonObject } from '../base/json-object.ts'
import { Secret } from '../base/secret.ts'

/**
 * What a secret says of a database, in the members that AWS's rotation templates read (Secrets Manager user guide, «JSON structure of
 * secrets»), and `ca`, which is ours: certificate authorities in PEM.
 */
export interface DatabaseSecret {
  readonly engine: string | undefined
  readonly host: string
  readonly port: number | undefined
  readonly username: string
  readonly password: Secret<string>
  readonly dbname: string | undefined
  /** The secret of the user whose rights are borrowed. */
  readonly masterarn: string | undefined
  /** Whether the connection is encrypted and the server's certificate verified: unless the secret says no. */
  readonly tls: boolean
  readonly ca: string | undefined
  /** Everything as it was, for the next version. */
  readonly members: Secret<Readonly<Record<string, unknown>>>
}

export type ReadDatabaseSecret = { readonly secret: DatabaseSecret } | { readonly refused: string }

const longestName = 256
const longestHost = 255
const longestCa = 60_000

export function readDatabaseSecret(value: Secret<string>): ReadDatabaseSecret {
  const members = readJsonObject(value.reveal())
  if (!members) return { refused: 'it must be a JSON object.' }
  const host = textOf(members, 'host', longestHost)
  const username = textOf(members, 'username', longestName)
  const password = textOf(members, 'password', 65_536)
  const port = portOf(members['port'])
  const tls = flagOf(members['ssl'])
  if (!host || !isHost(host)) return { refused: 'host must be the name or address of the database server.' }
  if (!username || /[\p{Cc}]/u.test(username)) return { refused: 'username must be the name of a database user.' }
  if (!password) return { refused: 'password must be the password of the database user.' }
  if (port === 'invalid') return { refused: 'port must be a number from 1 to 65535.' }
  if (tls === undefined) return { refused: 'ssl must be true or false.' }
  const optional = { engine: 64, dbname: longestName, masterarn: 2048, ca: longestCa } as const
  for (const [name, longest] of Object.entries(optional)) {
    if (members[name] !== undefined && textOf(members, name, longest) === undefined)
      return { refused: `${name} must be a text.` }
  }
  const text = (name: keyof typeof optional) => textOf(members, name, optional[name]) || undefined
  const engine = text('engine')
  const dbname = text('dbname')
  if (dbname !== undefined && /[\p{Cc}]/u.test(dbname)) return { refused: 'dbname must be the name of a database.' }
  return {
    secret: {
      engine,
      host,
      port,
      username,
      password: new Secret(password),
      dbname,
      masterarn: text('masterarn'),
      tls,
      ca: text('ca'),
      members: new Secret(members),
    },
  }
}

function textOf(members: Readonly<Record<string, unknown>>, name: string, longest: number): string | undefined {
  const value = Object.hasOwn(members, name) ? members[name] : undefined
  return typeof value === 'string' && value.length <= longest && !value.includes('\0') ? value : undefined
}

function isHost(text: string): boolean {
  return /^[A-Za-z0-9_.:-]+$/.test(text)
}

function portOf(value: unknown): number | undefined | 'invalid' {
  if (value === undefined || value === '') return undefined
  const port = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value
  return typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535 ? port : 'invalid'
}

/** AWS's templates take booleans and the texts of such. Without a word the connection is encrypted. */
function flagOf(value: unknown): boolean | undefined {
  if (value === undefined) return true
  if (typeof value === 'boolean') return value
  const text = typeof value === 'string' ? value.toLowerCase() : ''
  if (text === 'true' || text === 'yes') return true
  return text === 'false' || text === 'no' ? false : undefined
}

/** The next version of a secret: another user or password, and all the rest as it was. */
export function withCredentials(
  { members }: DatabaseSecret,
  username: string,
  password: Secret<string>,
): Secret<string> {
  return new Secret(JSON.stringify({ ...members.reveal(), username, password: password.reveal() }))
}

/** Changes with everything for which rights may have been borrowed: the server, the users that take turns, and the lender. */
export function bindingOf(secret: DatabaseSecret, user: string): string {
  const { engine, host, port, dbname, tls, ca, masterarn } = secret
  return createHash('sha256')
    .update(JSON.stringify([engine, host, port, dbname, tls, ca, masterarn, user]))
    .digest('hex')
}
