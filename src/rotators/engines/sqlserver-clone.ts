import type { Secret } from '../../base/secret.ts'
import { DatabaseFault } from '../database.ts'
import { literal, quoted, type Rows, type Run } from './transact-sql.ts'

const ofLogin = 'SELECT default_database_name, default_language_name FROM sys.server_principals WHERE name = @name'

const serverRoles =
  'SELECT r.name FROM sys.server_role_members m' +
  ' JOIN sys.server_principals r ON r.principal_id = m.role_principal_id' +
  ' JOIN sys.server_principals p ON p.principal_id = m.member_principal_id' +
  ' WHERE p.name = @name'

/** Every login has CONNECT SQL from the beginning. */
const serverPermissions =
  'SELECT d.class, 0, d.state_desc, d.permission_name FROM sys.server_permissions d' +
  ' JOIN sys.server_principals p ON p.principal_id = d.grantee_principal_id' +
  " WHERE p.name = @name AND d.permission_name <> 'CONNECT SQL'"

const ofUser = 'SELECT default_schema_name FROM sys.database_principals WHERE SUSER_SNAME(sid) = @name'

const databaseRoles =
  'SELECT r.name FROM sys.database_role_members m' +
  ' JOIN sys.database_principals r ON r.principal_id = m.role_principal_id' +
  ' JOIN sys.database_principals p ON p.principal_id = m.member_principal_id' +
  ' WHERE SUSER_SNAME(p.sid) = @name'

/** Tables before their columns, which may be exempt from what the table has. */
const databasePermissions =
  'SELECT d.class, d.minor_id, d.state_desc, d.permission_name, CASE d.class' +
  " WHEN 1 THEN QUOTENAME(OBJECT_SCHEMA_NAME(d.major_id)) + '.' + QUOTENAME(OBJECT_NAME(d.major_id))" +
  " WHEN 3 THEN 'SCHEMA::' + QUOTENAME(SCHEMA_NAME(d.major_id))" +
  " WHEN 6 THEN 'TYPE::' + QUOTENAME(SCHEMA_NAME(t.schema_id)) + '.' + QUOTENAME(t.name) END," +
  ' CASE d.class WHEN 1 THEN QUOTENAME(COL_NAME(d.major_id, d.minor_id)) END' +
  ' FROM sys.database_permissions d' +
  ' JOIN sys.database_principals p ON p.principal_id = d.grantee_principal_id' +
  ' LEFT JOIN sys.types t ON d.class = 6 AND t.user_type_id = d.major_id' +
  ' WHERE SUSER_SNAME(p.sid) = @name ORDER BY d.minor_id'

/**
 * Login and user with what another has: default database, language and schema, roles and permissions of the server and of the database `home`
 * that the session is at. All of it or nothing.
 */
export async function cloneLogin(run: Run, home: string, from: string, to: string, password: Secret<string>) {
  const ask = (sql: string): Promise<Rows> => run(sql, { name: from })
  const [login] = await ask(ofLogin)
  if (!login) throw new DatabaseFault('user-missing', 'NoSuchLogin')
  const clone = quoted(to)
  const join = (kind: string) => (row: readonly unknown[]) =>
    `ALTER ${kind} ${quoted(String(row[0]))} ADD MEMBER ${clone}`
  const inMaster = (await ask(serverPermissions)).map(permissionFor(clone, 100))
  const roles = (await ask(serverRoles)).map(join('SERVER ROLE'))
  const [user] = await ask(ofUser)
  const options = setting(', DEFAULT_DATABASE', login[0]) + setting(', DEFAULT_LANGUAGE', login[1])
  const statements = [
    `CREATE LOGIN ${clone} WITH PASSWORD = ${literal(password)}${options}`,
    ...roles,
    // What is the server's may be granted in master alone.
    ...(inMaster.length > 0 ? ['USE [master]', ...inMaster, `USE ${quoted(home)}`] : []),
    ...(user ? [`CREATE USER ${clone} FOR LOGIN ${clone}${setting(' WITH DEFAULT_SCHEMA', user[0])}`] : []),
    ...(await ask(databaseRoles)).map(join('ROLE')),
    ...(await ask(databasePermissions)).map(permissionFor(clone, 0)),
  ]
  await run(`SET XACT_ABORT ON; BEGIN TRANSACTION; ${statements.join('; ')}; COMMIT TRANSACTION`)
}

function setting(option: string, name: unknown): string {
  return typeof name === 'string' ? `${option} = ${quoted(name)}` : ''
}

/**
 * The statement that gives the clone what a row of permissions says, where `whole` is the class of server or database itself. Denials are part
 * of it, and columns that are exempt. What is on anything else and has no name, or none that the lender may see, would be given on the whole:
 * that ends the rotation.
 */
const permissionFor =
  (clone: string, whole: number) =>
  ([kind, minorId, state, permission, securable, column]: readonly unknown[]): string => {
    const unnamed = (kind !== whole && typeof securable !== 'string') || (minorId !== 0 && typeof column !== 'string')
    if (unnamed) throw new DatabaseFault('refused', `permission-of-class-${String(kind)}`)
    const on = kind === whole ? '' : ` ON ${String(securable)}${minorId === 0 ? '' : ` (${String(column)})`}`
    if (state === 'REVOKE') return `REVOKE ${String(permission)}${on} FROM ${clone}`
    const grantOption = state === 'GRANT_WITH_GRANT_OPTION'
    return `${state === 'DENY' ? 'DENY' : 'GRANT'} ${String(permission)}${on} TO ${clone}${grantOption ? ' WITH GRANT OPTION' : ''}`
  }
