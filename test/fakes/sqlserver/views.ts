import {
  databaseOf,
  isOwner,
  isServerMember,
  named,
  type Permission,
  type ServerState,
  type Session,
} from './catalogue.ts'
import type { Value } from './tokens.ts'

export type Row = Readonly<Record<string, Value>>

/**
 * The catalogue views, in the columns that queries here use («System catalog views»). Who may not administer sees himself and the roles
 * («Metadata visibility configuration»).
 */
export function viewOf(state: ServerState, session: Session, name: string): readonly Row[] | undefined {
  const here = databaseOf(state, session)
  const seesLogins = isServerMember(state, session.login, 'sysadmin', 'securityadmin')
  const seesUsers = isOwner(state, session)
  const ownSid = state.principals.find(({ id }) => id === session.login)?.sid
  const views: Readonly<Record<string, () => readonly Row[]>> = {
    'sys.server_principals': () =>
      state.principals
        .filter(({ id, type }) => seesLogins || type === 'R' || id === session.login)
        .map((one) => ({
          name: one.name,
          principal_id: one.id,
          sid: one.sid,
          type: one.type,
          default_database_name: one.defaultDatabase,
          default_language_name: one.defaultLanguage,
        })),
    'sys.server_role_members': () =>
      state.members.map(({ role, member }) => ({ role_principal_id: role, member_principal_id: member })),
    'sys.server_permissions': () =>
      state.permissions.filter(({ grantee }) => seesLogins || grantee === session.login).map(permissionRow),
    'sys.database_principals': () =>
      here.principals
        .filter(({ type, sid }) => seesUsers || type === 'R' || sid === ownSid)
        .map((one) => ({
          name: one.name,
          principal_id: one.id,
          sid: one.sid,
          type: one.type,
          default_schema_name: one.defaultSchema || null,
        })),
    'sys.database_role_members': () =>
      here.members.map(({ role, member }) => ({ role_principal_id: role, member_principal_id: member })),
    'sys.database_permissions': () => here.permissions.map(permissionRow),
    'sys.types': () =>
      here.things
        .filter(({ isType }) => isType)
        .map(({ id, schema, name: type }) => ({
          name: type,
          user_type_id: id,
          schema_id: named(here.schemas, schema)?.id ?? null,
        })),
  }
  return Object.hasOwn(views, name) ? views[name]?.() : undefined
}

const permissionRow = (one: Permission): Row => ({
  class: one.class,
  major_id: one.majorId,
  minor_id: one.minorId,
  grantee_principal_id: one.grantee,
  permission_name: one.permission,
  state_desc: one.state,
})

type Scalar = (state: ServerState, session: Session, ...values: readonly Value[]) => Value

const thing = (state: ServerState, session: Session, id: Value | undefined) =>
  databaseOf(state, session).things.find((one) => one.id === id && !one.isType)

/** Functions («Metadata functions», «Security functions»): what is not there is NULL. */
export const functions: Readonly<Record<string, Scalar>> = {
  SUSER_SNAME: (state, _, sid) =>
    state.principals.find((one) => one.type === 'S' && sid !== '' && one.sid === sid)?.name ?? null,
  QUOTENAME: (_state, _session, name) =>
    typeof name === 'string' && name.length <= 128 ? `[${name.replaceAll(']', ']]')}]` : null,
  OBJECT_NAME: (state, session, id) => thing(state, session, id)?.name ?? null,
  OBJECT_SCHEMA_NAME: (state, session, id) => thing(state, session, id)?.schema ?? null,
  COL_NAME: (state, session, id, column) => thing(state, session, id)?.columns[Number(column) - 1] ?? null,
  SCHEMA_NAME: (state, session, id) => databaseOf(state, session).schemas.find((one) => one.id === id)?.name ?? null,
}
