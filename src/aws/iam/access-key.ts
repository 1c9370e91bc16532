import { AssertionFailure } from '../../base/assert.ts'
import { Secret } from '../../base/secret.ts'
import { SigningSecret } from '../../sigv4/signing-key.ts'
import type { Transaction } from '../../store/store.ts'
import { derivation } from '../../store/table.ts'
import type { Finding } from '../operation.ts'
import { roots } from './accounts.ts'
import { saveEntity, userKind } from './entity.ts'
import { accessKeyNotFound } from './messages.ts'
import { type AccessKeyRecord, accessKeys, users } from './records.ts'
import type { Holder } from './user.ts'

/** The secret of a long-term key, with the signing keys derived from it, for as long as its record stands. */
export const signingSecret = derivation(({ id, secret }: AccessKeyRecord) => new SigningSecret(id, new Secret(secret)))

export function keyIds(holder: Holder): readonly string[] {
  return holder.type === 'root' ? holder.root.accessKeys : holder.user.accessKeys
}

/** What answers call the holder; a root user has no name of its own. */
export function holderName(holder: Holder): string {
  return holder.type === 'root' ? 'root' : holder.user.name
}

export function saveKeyIds(holder: Holder, ids: readonly string[], finding: Finding): void {
  if (holder.type === 'root') roots.put(finding.tx, { accessKeys: ids }, finding.call.caller.account)
  else saveEntity(userKind, { ...holder.user, accessKeys: ids }, finding)
}

/** A key of a holder; somebody else's is not found. */
export async function readAccessKey(holder: Holder, id: string, { tx }: Finding): Promise<AccessKeyRecord> {
  if (!keyIds(holder).includes(id)) throw accessKeyNotFound(id)
  const key = await accessKeys.get(tx, id)
  if (!key) throw new AssertionFailure('a listed access key is there')
  return key
}

/** The ARN of whoever has a key. */
export async function holderArn({ account, holder }: AccessKeyRecord, tx: Transaction): Promise<string> {
  if (holder.type === 'root') return `arn:aws:iam::${account}:root`
  const user = await users.get(tx, account, holder.name.toLowerCase())
  return user?.arn ?? `arn:aws:iam::${account}:user/${holder.name}`
}
