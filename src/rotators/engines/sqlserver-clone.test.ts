import { expect, test } from 'vitest'
import type { FakeSqlserver } from '../../../test/fakes/sqlserver.ts'
import { Secret } from '../../base/secret.ts'
import { sqlserver } from './sqlserver.ts'
import { loginOf, makeUser, run, withServer } from './sqlserver.test-support.ts'

const password = new Secret('Second-password-2')
const clone = { user: 'original_clone', password: 'Second-password-2' }

async function cloneOriginal(server: FakeSqlserver): Promise<void> {
  const session = await sqlserver.open(loginOf(server))
  try {
    await session.cloneUser('original', 'original_clone', password)
  } finally {
    await session.close()
  }
}

const rightsOf = (server: FakeSqlserver, user: string) =>
  run(
    server,
    server,
    `SELECT d.class, d.major_id, d.minor_id, d.permission_name, d.state_desc FROM sys.database_permissions d
      JOIN sys.database_principals p ON p.principal_id = d.grantee_principal_id WHERE p.name = '${user}'
      ORDER BY d.class, d.major_id, d.minor_id`,
    `SELECT r.name FROM sys.database_role_members m
      JOIN sys.database_principals r ON r.principal_id = m.role_principal_id
      JOIN sys.database_principals p ON p.principal_id = m.member_principal_id WHERE p.name = '${user}'`,
    `SELECT r.name FROM sys.server_role_members m
      JOIN sys.server_principals r ON r.principal_id = m.role_principal_id
      JOIN sys.server_principals p ON p.principal_id = m.member_principal_id WHERE p.name = '${user}'`,
    `SELECT d.class, d.permission_name, d.state_desc FROM sys.server_permissions d
      JOIN sys.server_principals p ON p.principal_id = d.grantee_principal_id WHERE p.name = '${user}'`,
    `SELECT default_schema_name FROM sys.database_principals WHERE name = '${user}'`,
    `SELECT default_database_name, default_language_name FROM sys.server_principals WHERE name = '${user}'`,
  )

test('a second login has what the first one has, denials and exempt columns included', () =>
  withServer({}, async (server) => {
    await run(
      server,
      server,
      `CREATE LOGIN original WITH PASSWORD = N'First-password-1', DEFAULT_DATABASE = [app], DEFAULT_LANGUAGE = Deutsch`,
      'CREATE USER original FOR LOGIN original WITH DEFAULT_SCHEMA = [sales]]]',
      'ALTER SERVER ROLE processadmin ADD MEMBER original',
      'ALTER ROLE [app]]role] ADD MEMBER original',
      'GRANT SELECT ON dbo.things TO original',
      'DENY SELECT ON dbo.things (secret) TO original',
      "GRANT SELECT ON dbo.[o'things]]] TO original",
      "REVOKE SELECT ON dbo.[o'things]]] ([se]]cret]) FROM original",
      'GRANT INSERT ON SCHEMA::[sales]]] TO original WITH GRANT OPTION',
      'GRANT EXECUTE ON TYPE::dbo.list TO original',
      'GRANT VIEW DEFINITION TO original',
      'USE master GRANT VIEW SERVER STATE TO original DENY ALTER ANY LOGIN TO original',
    )
    await cloneOriginal(server)
    const rights = await rightsOf(server, 'original')
    expect(rights).toHaveLength(15)
    expect(await rightsOf(server, 'original_clone')).toEqual(rights)
    expect(await run(server, clone, 'SELECT id FROM dbo.things')).toEqual([])
    await expect(run(server, clone, 'SELECT secret FROM dbo.things')).rejects.toMatchObject({ number: 230 })
    await expect(run(server, clone, "SELECT * FROM dbo.[o'things]]]")).rejects.toMatchObject({ number: 230 })
  }))

test('a permission on what has no name here is not given on the whole database, and no login is made', () =>
  withServer({}, async (server) => {
    await makeUser(server, 'original', 'First-password-1')
    server.forgetThings()
    await expect(cloneOriginal(server)).rejects.toMatchObject({ kind: 'refused', code: 'permission-of-class-1' })
    await expect(run(server, clone, 'SELECT 1')).rejects.toThrow('Login failed')
  }))

test('a login that is not there is not cloned, and one that is there already stays as it is', () =>
  withServer({}, async (server) => {
    await expect(cloneOriginal(server)).rejects.toMatchObject({ kind: 'user-missing' })
    await makeUser(server, 'original', 'First-password-1')
    await run(server, server, `CREATE USER original_clone FOR LOGIN ${server.user}`)
    await expect(cloneOriginal(server)).rejects.toMatchObject({ kind: 'refused', code: '15023' })
    await expect(run(server, clone, 'SELECT 1')).rejects.toThrow('Login failed')
  }))
