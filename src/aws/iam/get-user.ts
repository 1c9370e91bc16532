import type { User } from '../models/iam.ts'
import { findAccount } from './accounts.ts'
import { operation } from './operation.ts'
import { userOrSelf, wholeUser } from './user.ts'

/** Shows a user, or the caller where none is named. An account's root user has neither a name nor a path. */
export const getUser = operation('GetUser', {
  on: userOrSelf,
  async handle(_input, holder, { tx, call, resource }) {
    if (holder.type === 'user') return { User: wholeUser(holder.user) }
    const account = await findAccount(tx, resource.account)
    const root = { UserId: resource.account, Arn: resource.arn, CreateDate: account?.createdAt ?? call.now }
    return { User: root as User }
  },
})
