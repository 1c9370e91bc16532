import { type Awaitable, type Transaction, whenThere } from '../../store/store.ts'
import { signingSecret } from '../iam/access-key.ts'
import { type AccessKeyRecord, accessKeys, type UserRecord, users } from '../iam/records.ts'
import type { Caller } from '../call.ts'
import type { Credential, CredentialRefusal } from '../platform.ts'
import { rootCaller } from './root-caller.ts'

/** Who has a long-term key: a user as it stands now, or an account's root user. */
export type KeyOwner = { readonly key: AccessKeyRecord; readonly user?: UserRecord }

/** The holder of a long-term key, which must be active, as the holder must be the one that it was made for. */
export function keyOwner(tx: Transaction, accessKeyId: string): Awaitable<KeyOwner | CredentialRefusal> {
  return whenThere(accessKeys.get(tx, accessKeyId), (key) => ownerOf(tx, key))
}

function ownerOf(tx: Transaction, key: AccessKeyRecord | undefined): Awaitable<KeyOwner | CredentialRefusal> {
  if (!key) return 'unknown'
  if (!key.active) return 'inactive'
  const { account, holder } = key
  if (holder.type === 'root') return { key }
  return whenThere(users.get(tx, account, holder.name.toLowerCase()), (user) =>
    user?.id === holder.id ? { key, user } : 'unknown',
  )
}

export function longTermCredential(tx: Transaction, accessKeyId: string): Awaitable<Credential | CredentialRefusal> {
  return whenThere(keyOwner(tx, accessKeyId), (owner) => credentialOf(owner, accessKeyId))
}

function credentialOf(owner: KeyOwner | CredentialRefusal, accessKeyId: string): Credential | CredentialRefusal {
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
