import { operation } from './operation.ts'

/** Lists the account's server certificates: none, because there is no service here that takes them. */
export const listServerCertificates = operation('ListServerCertificates', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  handle: async () => ({ ServerCertificateMetadataList: [], IsTruncated: false }),
})
