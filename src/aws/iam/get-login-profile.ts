import { loginProfileNotFound } from './messages.ts'
import { operation } from './operation.ts'
import { holderName } from './access-key.ts'
import { userOrSelf } from './user.ts'

/** Nobody signs in with a password here, so no user has a login profile. Who removes a user asks. */
export const getLoginProfile = operation('GetLoginProfile', {
  on: userOrSelf,
  async handle(_input, holder) {
    throw loginProfileNotFound(holderName(holder))
  },
})
