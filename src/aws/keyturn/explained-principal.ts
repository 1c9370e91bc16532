import { parseArn } from '../../iam/arn.ts'
import type { Transaction } from '../../store/store.ts'
import type { Caller } from '../call.ts'
import { accountExists } from '../iam/accounts.ts'
import { type RoleRecord, roles, users } from '../iam/records.ts'
import { invalidPrincipal, principalNotFound } from './messages.ts'

const usualSession = 'explanation'

/** The account of a principal, without looking for it. */
export function accountOfPrincipal(arn: string): string {
  const parsed = parseArn(arn)
  if (!parsed || !/^\d{12}$/.test(parsed.account) || !/^(?:iam|sts)$/.test(parsed.service)) throw invalidPrincipal(arn)
  return parsed.account
}

/** Who would call, were it now: a role as a new session of it without tags and policies of its own. */
export async function explainedPrincipal(
  tx: Transaction,
  arn: string,
  now: number,
  options: { readonly dev: boolean },
): Promise<Caller> {
  const account = accountOfPrincipal(arn)
  const [type, ...names] = (parseArn(arn)?.resource ?? '').split('/')
  switch (type) {
    case 'root':
      if (names.length > 0) break
      if (!(await accountExists(tx, account, options))) throw principalNotFound(arn)
      return { principal: { type: 'root', account, arn }, account, arn, id: account, accessKeyId: '' }
    case 'user':
      return userNamed(tx, account, arn, names.at(-1) ?? '')
    case 'role': {
      const role = await roles.get(tx, account, (names.at(-1) ?? '').toLowerCase())
      if (role?.arn !== arn) throw principalNotFound(arn)
      return sessionOf(role, account, usualSession, now)
    }
    case 'assumed-role': {
      const [name = '', session = ''] = names
      const role = await roles.get(tx, account, name.toLowerCase())
      if (role?.name !== name || session === '' || names.length !== 2) throw principalNotFound(arn)
      return sessionOf(role, account, session, now)
    }
  }
  throw invalidPrincipal(arn)
}

async function userNamed(tx: Transaction, account: string, arn: string, name: string): Promise<Caller> {
  const user = await users.get(tx, account, name.toLowerCase())
  if (user?.arn !== arn) throw principalNotFound(arn)
  const { id } = user
  return { principal: { type: 'user', account, arn, id }, account, arn, id, userName: user.name, accessKeyId: '' }
}

function sessionOf(role: RoleRecord, account: string, sessionName: string, now: number): Caller {
  const { arn: roleArn, id: roleId, name } = role
  const partition = roleArn.slice(4, roleArn.indexOf(':', 4))
  const arn = `arn:${partition}:sts::${account}:assumed-role/${name}/${sessionName}`
  return {
    principal: { type: 'role-session', account, arn, roleArn, roleId, sessionName },
    account,
    arn,
    id: `${roleId}:${sessionName}`,
    accessKeyId: '',
    session: {
      issuedAt: now,
      mfaAuthenticated: false,
      issuer: { type: 'Role', arn: roleArn, id: roleId, name },
      tags: {},
      transitiveTagKeys: [],
    },
  }
}
