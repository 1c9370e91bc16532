import { deviceOfUser } from './mfa-device.ts'
import { operation } from './operation.ts'
import { userNamedOrSelf } from './user.ts'

/** Shows a second factor of a user. */
export const getMFADevice = operation('GetMFADevice', {
  on: userNamedOrSelf,
  async handle({ SerialNumber }, user, context) {
    const device = await deviceOfUser(SerialNumber, user, context)
    return { UserName: user.name, SerialNumber, EnableDate: device.user?.since }
  },
})
