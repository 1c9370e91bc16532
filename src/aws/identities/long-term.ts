import type { Transaction } from '../../store/store.ts'
import { signingSecret } from '../iam/access-key.ts'
import { type AccessKeyRecord, accessKeys, type UserRecord, users } from '../iam/records.ts'
import type { Caller } from '../call.ts'
import type { Credential, CredentialRefusal } from '../platform.ts'
import { rootCaller } from './root-caller.ts'

/** Who has a long-term key: a user as it stands now, or an account's root user. */
export type KeyOwner = { readonly key: AccessKeyRecord; readonly user?: UserRecord }

/** The holder of a long-term key, which must be active, as the holder must be the one that it was made for. */
export async function keyOwner(tx: Transaction, accessKeyId: string): Promise<KeyOwner | CredentialRefusal> {
  const key = await accessKeys.get(tx, accessKeyId)
  if (!key) return 'unknown'
  if (!key.active) return 'inactive'
  const { account, holder } = key
  if (holder.type === 'root') return { key }
  const user = await users.get(tx, account, holder.name.toLowerCase())
  return user?.id === holder.id ? { key, user } : 'unknown'
}

export async function longTermCredential(
  tx: Transaction,
  accessKeyId: string,
): Promise<Credential | CredentialRefusal> {
  const owner = await keyOwner(tx, accessKeyId)
  if (typeof owner === 'string') return owner
  const { key, user } = owner
  const known = made.get(key)
  if (known && known.user === user) return known.credential
  const caller = user ? userCaller(user, key.account, accessKeyId) : rootCaller(key.account, accessKeyId)
  const credential = { secret: signingSecret(key), caller }
  made.set(key, { user, credential })
  return credential
}

/** What was made of the records of a key and its user; it falls with either. */
const made = new WeakMap<AccessKeyRecord, { readonly user: UserRecord | undefined; readonly credential: Credential }>()

export function userCaller({ arn, id, name }: UserRecord, account: string, accessKeyId: string): Caller {
  return { principal: { type: 'user', account, arn, id }, account, arn, id, userName: name, accessKeyId }
}
