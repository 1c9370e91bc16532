import { saveEntity, userKind } from './entity.ts'
import { deviceOfUser, saveDevice } from './mfa-device.ts'
import { operation } from './operation.ts'
import { userNamedOrSelf } from './user.ts'

/** Takes a second factor from a user. */
export const deactivateMFADevice = operation('DeactivateMFADevice', {
  on: userNamedOrSelf,
  async handle({ SerialNumber }, user, context) {
    const { user: _user, lastStep: _step, ...device } = await deviceOfUser(SerialNumber, user, context)
    saveDevice(device, context)
    const mfaDevices = user.mfaDevices.filter((serial) => serial !== SerialNumber)
    saveEntity(userKind, { ...user, mfaDevices }, context)
    return {}
  },
})
