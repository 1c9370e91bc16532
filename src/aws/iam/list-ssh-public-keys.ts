import { operation } from './operation.ts'
import { userOrSelf } from './user.ts'

/** Lists a user's SSH keys: none, because there is no service here that takes them. Who removes a user asks. */
export const listSSHPublicKeys = operation('ListSSHPublicKeys', {
  on: userOrSelf,
  handle: async () => ({ SSHPublicKeys: [], IsTruncated: false }),
})
