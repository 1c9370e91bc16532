import { DatabaseFault } from '../database.ts'
import type { OracleConnection } from './oracle-driver.ts'

type Run = OracleConnection['run']

/** A name or a password exactly as it is. There is no way to write a quote inside. */
export function quoted(text: string): string {
  if (text.includes('"')) throw new DatabaseFault('refused', 'quote')
  return `"${text}"`
}

/**
 * Makes a user with the profile, roles and privileges of another. Names are as the dictionary holds them, the password as a statement
 * writes it. The new user is locked until he has everything, so that one who was half made is not taken for whole. What belongs to the
 * other user's own schema stays his alone, as do his quotas of tablespaces.
 */
export async function cloneUser(run: Run, from: string, to: string, password: string): Promise<void> {
  const clone = quoted(to)
  const there = await run('SELECT 1 FROM dba_users WHERE username = :name', { name: to })
  const profiles = await run('SELECT profile FROM dba_users WHERE username = :name', { name: from })
  const profile = profiles.map(([name]) => ` PROFILE ${quoted(String(name))}`).join('')
  const verb = there.length > 0 ? 'ALTER' : 'CREATE'
  await run(`${verb} USER ${clone} IDENTIFIED BY ${password}${profile} ACCOUNT LOCK`)
  for (const [query, grantOf] of grants) {
    for (const row of await run(query, { name: from })) await run(grantOf(row.map(String), clone))
  }
  await run(`ALTER USER ${clone} ACCOUNT UNLOCK`)
}

/** Views of the dictionary («Database Reference»), and the statement that gives another user what a row of them says. */
const grants: readonly (readonly [query: string, grantOf: (row: readonly string[], to: string) => string])[] = [
  [
    'SELECT granted_role, admin_option FROM dba_role_privs WHERE grantee = :name',
    ([role = '', admin], to) => `GRANT ${quoted(role)} TO ${to}${option('ADMIN', admin)}`,
  ],
  [
    'SELECT privilege, admin_option FROM dba_sys_privs WHERE grantee = :name',
    ([privilege, admin], to) => `GRANT ${privilege} TO ${to}${option('ADMIN', admin)}`,
  ],
  [
    "SELECT privilege, owner, table_name, type, hierarchy, grantable FROM dba_tab_privs WHERE grantee = :name AND table_name NOT LIKE 'BIN$%'",
    // What is in the recycle bin cannot be granted (ORA-38301).
    ([privilege, owner = '', name = '', type = '', hierarchy, grantable], to) =>
      `GRANT ${privilege} ON ${object(type, owner, name)} TO ${to}` +
      `${option('HIERARCHY', hierarchy)}${option('GRANT', grantable)}`,
  ],
  [
    'SELECT privilege, owner, table_name, column_name, grantable FROM dba_col_privs WHERE grantee = :name',
    ([privilege, owner = '', name = '', column = '', grantable], to) =>
      `GRANT ${privilege} (${quoted(column)}) ON ${object('TABLE', owner, name)} TO ${to}${option('GRANT', grantable)}`,
  ],
]

function option(name: string, is: string | undefined): string {
  return is === 'YES' ? ` WITH ${name} OPTION` : ''
}

/** Kinds of objects that are named with their kind, and which of them have no owner (SQL Language Reference, «on_object_clause»). */
const named = new Set(['MINING MODEL', 'JAVA SOURCE', 'JAVA RESOURCE', 'SQL TRANSLATION PROFILE'])
const ownerless = new Set(['DIRECTORY', 'EDITION', 'USER'])

function object(type: string, owner: string, name: string): string {
  if (ownerless.has(type)) return `${type} ${quoted(name)}`
  const full = `${quoted(owner)}.${quoted(name)}`
  return named.has(type) ? `${type} ${full}` : full
}
