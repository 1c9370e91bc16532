import { parseArn } from '../iam/arn.ts'
import { alternatingUsers } from './alternating-users.ts'
import type { DatabaseEngine } from './database.ts'
import { type DatabaseSettings, databaseRotator } from './database-rotator.ts'
import { mongodb } from './engines/mongodb.ts'
import { mysql } from './engines/mysql.ts'
import { oracle } from './engines/oracle.ts'
import { postgres, redshift } from './engines/postgres.ts'
import { redis } from './engines/redis.ts'
import { sqlserver } from './engines/sqlserver.ts'
import { genericRotator } from './generic.ts'
import type { FoundRotator, RemoteRotator, Rotator, RotatorPlace, Rotators } from './rotator.ts'
import { singleUser } from './single-user.ts'

/** One row an engine; some have two names. */
export const engines: Readonly<Record<string, DatabaseEngine>> = {
  postgres,
  redshift,
  mysql,
  mariadb: mysql,
  redis,
  mongodb,
  documentdb: mongodb,
  sqlserver,
  oracle,
}

export interface RotatorsOptions {
  readonly database: DatabaseSettings
  /** The endpoint of a name, where secrets of an account may name it. */
  readonly webhook: (name: string, account: string) => RemoteRotator | undefined
  /** The function of an ARN elsewhere, likewise. */
  readonly forward: (functionArn: string, account: string) => RemoteRotator | undefined
}

/**
 * Rotators by name. `keyturn:rotator/NAME` and `keyturn:webhook/NAME` are the short form; where a client wants to see a function's ARN
 * it is one of the secret's own region and account, for `keyturn-rotator-NAME` or `keyturn-webhook-NAME`.
 */
export function openRotators({ database, webhook, forward }: RotatorsOptions): Rotators {
  return {
    find(named, place) {
      const own = readName(named, place)
      if (!own) {
        const rotator = forward(named, place.account)
        return rotator && { kind: 'remote', rotator, arn: named }
      }
      const found = own.kind === 'webhook' ? remote(webhook(own.name, place.account)) : builtIn(own, database)
      const { partition, region, account } = place
      const arn = `arn:${partition}:lambda:${region}:${account}:function:keyturn-${own.kind}-${own.name}`
      return found && { ...found, arn }
    },
    whyNone(named, place) {
      const own = readName(named, place)
      if (own) return own.kind === 'webhook' ? `This account has no webhook ${own.name}.` : whyNotBuiltIn(own.name)
      return named.startsWith('keyturn:')
        ? 'Rotators are named keyturn:rotator/NAME or keyturn:webhook/NAME, in lower case.'
        : undefined
    },
  }
}

function whyNotBuiltIn(name: string): string {
  if (name === 'generic')
    return 'The rotator generic takes a length from 8 to 4096, exclude and member, and no such options.'
  if (engineOf(name)) return `The rotator ${name} takes no options.`
  const forms = 'those of databases also as NAME-single-user and NAME-alternating-users'
  return `There is no rotator ${name}. There are generic, ${Object.keys(engines).join(', ')}; ${forms}.`
}

function remote(rotator: RemoteRotator | undefined): FoundRotator | undefined {
  return rotator && { kind: 'remote', rotator }
}

interface OwnName {
  readonly kind: 'rotator' | 'webhook'
  readonly name: string
  readonly options: URLSearchParams
}

const shortForm = /^keyturn:(rotator|webhook)\/([a-z0-9][a-z0-9-]{0,62})(?:\?([^#]{0,256}))?$/
const functionForm = /^function:keyturn-(rotator|webhook)-([a-z0-9][a-z0-9-]{0,62})$/

function readName(named: string, place: RotatorPlace): OwnName | undefined {
  const arn = named.startsWith('arn:') ? parseArn(named) : undefined
  const here = arn?.service === 'lambda' && arn.region === place.region && arn.account === place.account
  const [, kind, name = '', options = ''] = (here ? functionForm.exec(arn.resource) : shortForm.exec(named)) ?? []
  if (kind !== 'rotator' && kind !== 'webhook') return undefined
  return { kind, name, options: new URLSearchParams(options) }
}

function builtIn({ name, options }: OwnName, settings: DatabaseSettings): FoundRotator | undefined {
  const rotator = name === 'generic' ? generic(options) : ofDatabase(name, options, settings)
  return rotator && { kind: 'built-in', rotator }
}

const manners = { '-single-user': singleUser, '-alternating-users': alternatingUsers, '': singleUser } as const

function ofDatabase(name: string, options: URLSearchParams, settings: DatabaseSettings): Rotator | undefined {
  const engine = engineOf(name)
  if (!engine || options.size > 0) return undefined
  return databaseRotator(name, { engine, settings }, manners[mannerOf(name)])
}

function mannerOf(name: string): keyof typeof manners {
  return (Object.keys(manners) as (keyof typeof manners)[]).find((one) => name.endsWith(one)) ?? ''
}

function engineOf(name: string): DatabaseEngine | undefined {
  const engine = name.slice(0, name.length - mannerOf(name).length)
  return Object.hasOwn(engines, engine) ? engines[engine] : undefined
}

const allowed = new Set(['length', 'exclude', 'member'])

/** `?length=40&exclude=%22%27&member=token`; nothing where an option is unknown or impossible. */
function generic(options: URLSearchParams): Rotator | undefined {
  for (const name of options.keys()) if (!allowed.has(name) || options.getAll(name).length > 1) return undefined
  const length = Number(options.get('length') ?? 32)
  const excluded = options.get('exclude') ?? '/@"\'\\'
  const member = options.get('member') ?? 'password'
  if (!Number.isInteger(length) || length < 8 || length > 4096) return undefined
  if (!leavesEachKind(excluded) || member === '' || member === '__proto__') return undefined
  return genericRotator({ length, excluded, member })
}

const visible = String.fromCharCode(...Array.from({ length: 94 }, (_, index) => 33 + index))
/** The characters of each kind that a password has one of at least. */
const kinds = [/[A-Z]/g, /[a-z]/g, /[0-9]/g, /[^A-Za-z0-9]/g].map((kind) => visible.match(kind) ?? [])

function leavesEachKind(excluded: string): boolean {
  return kinds.every((kind) => kind.some((character) => !excluded.includes(character)))
}
