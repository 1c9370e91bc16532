import { findDevice } from './mfa-device.ts'
import { operation } from './operation.ts'
import { listed, page } from './page.ts'
import { userOrSelf } from './user.ts'

/** Lists the second factors of a user, or of the caller. */
export const listMFADevices = operation('ListMFADevices', {
  on: userOrSelf,
  async handle(input, holder, context) {
    const serials = holder.type === 'user' ? holder.user.mfaDevices : []
    const bound = ['ListMFADevices', context.resource.arn]
    const { items, end } = await page(
      input,
      bound,
      listed(serials, (serial) => serial),
    )
    const devices = await Promise.all(items.map((serial) => findDevice(context, serial)))
    return {
      MFADevices: devices.flatMap((device) =>
        device?.user ? [{ UserName: device.user.name, SerialNumber: device.arn, EnableDate: device.user.since }] : [],
      ),
      ...end,
    }
  },
})
