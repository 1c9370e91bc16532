import type { Column, Value } from './answers.ts'
import { type Database, type Grantee, has, mayUse, type User } from './database.ts'
import type { Condition, Select } from './statements.ts'
import { OracleError } from './tokens.ts'

type Row = Readonly<Record<string, string>>

const yes = (is: boolean) => (is ? 'YES' : 'NO')

function statusOf({ locked, failures, expired }: User): string {
  const lock = locked ? (failures > 0 ? 'LOCKED(TIMED)' : 'LOCKED') : ''
  return [expired ? 'EXPIRED' : '', lock].filter(Boolean).join(' & ') || 'OPEN'
}

function* all({ users, roles }: Database): Generator<Grantee> {
  yield* users.values()
  yield* roles.values()
}

function objectRows(database: Database, ofColumns: boolean): readonly Row[] {
  return [...all(database)].flatMap(({ name, objects }) =>
    objects
      .filter(({ column }) => (column !== undefined) === ofColumns)
      .map((one) => ({
        GRANTEE: name,
        OWNER: one.owner,
        TABLE_NAME: one.name,
        PRIVILEGE: one.privilege,
        GRANTABLE: yes(one.grantable),
        ...(ofColumns ? { COLUMN_NAME: one.column ?? '' } : { HIERARCHY: yes(one.hierarchy), TYPE: one.type }),
      })),
  )
}

interface View {
  readonly columns: readonly string[]
  rows(database: Database): readonly Row[]
}

/** Views of the dictionary with the columns that matter here (Database Reference). */
const views: Readonly<Record<string, View>> = {
  DBA_USERS: {
    columns: ['USERNAME', 'ACCOUNT_STATUS', 'PROFILE'],
    rows: ({ users }) =>
      [...users.values()].map((user) => ({
        USERNAME: user.name,
        ACCOUNT_STATUS: statusOf(user),
        PROFILE: user.profile,
      })),
  },
  DBA_ROLE_PRIVS: {
    columns: ['GRANTEE', 'GRANTED_ROLE', 'ADMIN_OPTION'],
    rows: (database) =>
      [...all(database)].flatMap(({ name, roles }) =>
        [...roles].map(([role, admin]) => ({ GRANTEE: name, GRANTED_ROLE: role, ADMIN_OPTION: yes(admin) })),
      ),
  },
  DBA_SYS_PRIVS: {
    columns: ['GRANTEE', 'PRIVILEGE', 'ADMIN_OPTION'],
    rows: (database) =>
      [...all(database)].flatMap(({ name, privileges }) =>
        [...privileges].map(([privilege, admin]) => ({
          GRANTEE: name,
          PRIVILEGE: privilege,
          ADMIN_OPTION: yes(admin),
        })),
      ),
  },
  DBA_TAB_PRIVS: {
    columns: ['GRANTEE', 'OWNER', 'TABLE_NAME', 'PRIVILEGE', 'GRANTABLE', 'HIERARCHY', 'TYPE'],
    rows: (database) => objectRows(database, false),
  },
  DBA_COL_PRIVS: {
    columns: ['GRANTEE', 'OWNER', 'TABLE_NAME', 'COLUMN_NAME', 'PRIVILEGE', 'GRANTABLE'],
    rows: (database) => objectRows(database, true),
  },
}

export interface Selected {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Value[])[]
}

export function select(database: Database, by: User, statement: Select, binds: readonly string[]): Selected {
  const { columns: asked, where } = statement
  const { columns, rows } = tableOf(database, by, statement)
  for (const name of [...asked, ...where.map(({ column }) => column)]) {
    if (name !== 1 && !columns.includes(name)) throw new OracleError(904, `"${name}": invalid identifier`)
  }
  if (statement.binds.length !== binds.length) throw new OracleError(1008, 'not all variables bound')
  const bound = new Map(statement.binds.map((name, index) => [name, binds[index] as string]))
  return {
    columns: asked.map((name) => (name === 1 ? { name: '1', type: 'number' } : { name, type: 'text' })),
    rows: rows
      .filter((row) => where.every((condition) => holds(condition, row, bound)))
      .map((row) => asked.map((name) => (name === 1 ? 1 : (row[name] ?? null)))),
  }
}

function tableOf(
  database: Database,
  by: User,
  { owner, from }: Select,
): { columns: readonly string[]; rows: readonly Row[] } {
  if (owner === undefined && from === 'DUAL') return { columns: ['DBTIMEZONE'], rows: [{ DBTIMEZONE: '+00:00' }] }
  const view = owner === undefined || owner === 'SYS' ? views[from] : undefined
  if (view && has(database, by, 'SELECT ANY DICTIONARY')) return { columns: view.columns, rows: view.rows(database) }
  if (owner !== undefined && mayUse(database, by, 'SELECT', owner, from)) return { columns: ['ID'], rows: [] }
  throw new OracleError(942, 'table or view does not exist')
}

function holds(condition: Condition, row: Row, bound: ReadonlyMap<string, string>): boolean {
  const value = row[condition.column]
  if ('isNotLike' in condition) return !likeness(condition.isNotLike).test(value ?? '')
  return value === ('bind' in condition.is ? bound.get(condition.is.bind) : condition.is.text)
}

/** `%` stands for any characters, `_` for one. */
function likeness(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[^\w%]/g, String.raw`\$&`)
    .replaceAll('%', '.*')
    .replaceAll('_', '.')
  return new RegExp(`^${source}$`, 's')
}
