import { callersAccount, profileKind } from './kind.ts'
import { operation } from './operation.ts'
import { pageOf } from './page.ts'
import { profileDetail } from './wire.ts'

/** The profiles of the account in the region. */
export const listProfiles = operation('ListProfiles', {
  on: callersAccount,
  async handle(input, _record, context) {
    const { records, nextToken } = await pageOf(profileKind, input, context)
    return { profiles: records.map(profileDetail), nextToken }
  },
})
