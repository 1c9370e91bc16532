import { version } from '../../base/version.ts'
import { operation } from './operation.ts'
import { serverResource } from './server-resource.ts'

/** What the server says of itself to those who run it. */
export const getServerStatus = operation('GetServerStatus', {
  on: serverResource,
  async handle(_input, _record, { platform, call }) {
    const barrier = await platform.barrier?.usage()
    return {
      Version: version,
      ManagementAccountId: platform.managementAccount,
      BarrierTerm: barrier?.term,
      BarrierTermCreatedDate: barrier?.since,
      ServerTime: call.now,
    }
  },
})
