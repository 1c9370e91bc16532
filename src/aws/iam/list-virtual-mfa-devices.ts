import { type MfaDeviceRecord, mfaDevices } from './mfa-device.ts'
import { operation } from './operation.ts'
import { page } from './page.ts'
import { users } from './records.ts'
import { listedUser } from './user.ts'

/** Lists the virtual devices of the account, with whose second factors they are. */
export const listVirtualMFADevices = operation('ListVirtualMFADevices', {
  on: (_input, { call }) => ({ arn: '*', account: call.caller.account, record: undefined }),
  async handle(input, _record, { tx, call }) {
    const { account } = call.caller
    const { AssignmentStatus: status = 'Any' } = input
    const { items, end } = await page(input, ['ListVirtualMFADevices', account, status], {
      key: ({ name }: MfaDeviceRecord) => name.toLowerCase(),
      keep: ({ user }) => status === 'Any' || (user !== undefined) === (status === 'Assigned'),
      async after(last, limit) {
        const after = last === undefined ? {} : { after: [account, last] }
        return (await mfaDevices.range(tx, { under: [account], limit, ...after })).map(({ record }) => record)
      },
    })
    const found = await users.getAll(
      tx,
      items.map(({ user }) => [account, user?.name.toLowerCase() ?? '']),
    )
    return {
      VirtualMFADevices: items.map(({ arn, user }, index) => {
        const holder = found[index]
        return { SerialNumber: arn, ...(user && holder && { User: listedUser(holder), EnableDate: user.since }) }
      }),
      ...end,
    }
  },
})
