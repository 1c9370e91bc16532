import { Secret } from '../../base/secret.ts'
import { SigningSecret } from '../../sigv4/signing-key.ts'
import { isAccountId } from '../iam/accounts.ts'
import type { Credential } from '../platform.ts'
import { rootCaller } from './root-caller.ts'

const known = new Map<string, Credential>()
const mostKnown = 1000

/** The account whose root user a key id stands for in dev mode: `test`, or an account's number. The secret of each is `test`. */
export function devAccount(accessKeyId: string, defaultAccount: string): string | undefined {
  if (accessKeyId === 'test') return defaultAccount
  return isAccountId(accessKeyId) ? accessKeyId : undefined
}

/** The credential of dev mode behind a key id. A session token beside it says nothing: many set-ups send one. */
export function devCredential(accessKeyId: string, defaultAccount: string): Credential | undefined {
  const account = devAccount(accessKeyId, defaultAccount)
  if (account === undefined) return undefined
  const found = known.get(accessKeyId)
  if (found?.caller.account === account) return found
  const credential = {
    secret: new SigningSecret(accessKeyId, new Secret('test')),
    caller: rootCaller(account, accessKeyId),
  }
  if (known.size >= mostKnown) known.clear()
  known.set(accessKeyId, credential)
  return credential
}
