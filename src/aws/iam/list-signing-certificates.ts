import { operation } from './operation.ts'
import { userOrSelf } from './user.ts'

/** Lists a user's signing certificates: none, because there is no service here that takes them. Who removes a user asks. */
export const listSigningCertificates = operation('ListSigningCertificates', {
  on: userOrSelf,
  handle: async () => ({ Certificates: [], IsTruncated: false }),
})
