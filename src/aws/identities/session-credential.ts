import type { CompiledPolicy } from '../../iam/compile-policy.ts'
import type { Transaction } from '../../store/store.ts'
import type { Caller, SessionFacts } from '../call.ts'
import { isAccountId } from '../iam/accounts.ts'
import { findPolicies } from '../iam/managed-policy.ts'
import { defaultPolicy } from '../iam/policy-document.ts'
import { type RoleRecord, roles, type UserRecord } from '../iam/records.ts'
import type { Credential, CredentialRefusal } from '../platform.ts'
import { type OpenedSession, openSessions } from '../sts/open-sessions.ts'
import { findSealingKeys } from '../sts/sealing-keys.ts'
import type { RoleSession, Session } from '../sts/session.ts'
import { devAccount } from './dev-credential.ts'
import type { IdentitiesOptions } from './open-identities.ts'
import { keyOwner, userCaller } from './long-term.ts'
import { rootCaller } from './root-caller.ts'

type Options = Pick<IdentitiesOptions, 'clock' | 'dev' | 'managementAccount'>

/** What a session token and its key id stand for: the session, if its principal and the key it goes back to are still there. */
export async function sessionCredential(
  tx: Transaction,
  accessKeyId: string,
  token: string,
  options: Options,
): Promise<Credential | CredentialRefusal> {
  const keys = await findSealingKeys(tx)
  const opened = keys && openSessions(keys).find(token)
  if (!opened || opened.session.accessKeyId !== accessKeyId) return 'invalid-token'
  const { session } = opened
  if (session.expiresAt <= options.clock.now()) return 'expired-token'
  const user = await sourceUser(tx, session, options)
  if (typeof user === 'string') return user
  const caller =
    session.kind === 'role' ? await roleCaller(tx, opened, session) : await holderCaller(tx, opened, session, user)
  return caller ? { secret: opened.secret, caller } : 'invalid-token'
}

/** The user who has the long-term key that a session goes back to; nothing for root users and sessions without such a key. */
async function sourceUser(
  tx: Transaction,
  { source }: Session,
  { dev, managementAccount }: Options,
): Promise<UserRecord | undefined | CredentialRefusal> {
  if (source === undefined || (dev && devAccount(source, managementAccount) !== undefined)) return undefined
  const owner = await keyOwner(tx, source)
  return typeof owner === 'string' ? 'invalid-token' : owner.user
}

async function roleCaller(tx: Transaction, opened: OpenedSession, session: RoleSession): Promise<Caller | undefined> {
  const { account, roleId, name } = session
  const role = await roles.get(tx, account, session.role.toLowerCase())
  if (role?.id !== roleId) return undefined
  const partition = role.arn.slice(4, role.arn.indexOf(':', 4))
  const arn = `arn:${partition}:sts::${account}:assumed-role/${role.name}/${name}`
  return {
    principal: { type: 'role-session', account, arn, roleArn: role.arn, roleId, sessionName: name },
    account,
    arn,
    id: `${roleId}:${name}`,
    accessKeyId: session.accessKeyId,
    session: await sessionFacts(tx, opened, roleIssuer(role)),
  }
}

function roleIssuer({ arn, id, name }: RoleRecord): SessionFacts['issuer'] {
  return { type: 'Role', arn, id, name }
}

/** The caller of a session that goes back to a user, or to a root user where `user` is absent, without a role between. */
async function holderCaller(
  tx: Transaction,
  opened: OpenedSession,
  session: Exclude<Session, RoleSession>,
  user: UserRecord | undefined,
): Promise<Caller | undefined> {
  const { account, accessKeyId, holder } = session
  if (user ? user.id !== holder : !isAccountId(holder)) return undefined
  const own = user ? userCaller(user, account, accessKeyId) : rootCaller(account, accessKeyId)
  const issuer: SessionFacts['issuer'] = user
    ? { type: 'User', arn: user.arn, id: user.id, name: user.name }
    : { type: 'Root', arn: own.arn, id: account, name: account }
  const facts = await sessionFacts(tx, opened, issuer)
  if (session.kind === 'self') return { ...own, session: facts }
  const partition = own.arn.slice(4, own.arn.indexOf(':', 4))
  const arn = `arn:${partition}:sts::${account}:federated-user/${session.name}`
  const from = user ? { arn: user.arn, id: user.id } : { arn: own.arn }
  return {
    principal: { type: 'federated-user', account, arn, issuer: from },
    account,
    arn,
    id: `${account}:${session.name}`,
    accessKeyId,
    // Without a policy of its own such a session may do nothing but what resources allow to it.
    session: { ...facts, policies: facts.policies ?? [] },
  }
}

async function sessionFacts(
  tx: Transaction,
  { session, policy, tags }: OpenedSession,
  issuer: SessionFacts['issuer'],
): Promise<SessionFacts> {
  const { issuedAt, expiresAt, mfa, transitive, sourceIdentity, source, policyArns } = session
  const policies = policyArns ? await managedPolicies(tx, policyArns, policy) : policy && [policy]
  return {
    issuedAt,
    expiresAt,
    mfaAuthenticated: mfa,
    issuer,
    tags,
    transitiveTagKeys: transitive,
    ...(policies && { policies }),
    ...(sourceIdentity !== undefined && { sourceIdentity }),
    ...(source !== undefined && { source }),
  }
}

/** Managed session policies as they stand now; one that is gone allows nothing. */
async function managedPolicies(
  tx: Transaction,
  arns: readonly string[],
  policy: CompiledPolicy | undefined,
): Promise<readonly CompiledPolicy[]> {
  const managed = (await findPolicies(tx, arns)).map(defaultPolicy)
  return policy ? [policy, ...managed] : managed
}
