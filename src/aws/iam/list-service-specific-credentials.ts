import { operation } from './operation.ts'
import { userOrSelf } from './user.ts'

/** Lists a user's credentials of its own for single services: none, because there is no service here that takes them. Who removes a user asks. */
export const listServiceSpecificCredentials = operation('ListServiceSpecificCredentials', {
  on: userOrSelf,
  handle: async () => ({ ServiceSpecificCredentials: [], IsTruncated: false }),
})
