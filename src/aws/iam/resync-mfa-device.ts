import { wrongDeviceCode } from './messages.ts'
import { deviceOfUser, saveDevice, takeCode } from './mfa-device.ts'
import { operation } from './operation.ts'
import { userNamed } from './user.ts'

/** Checks that a device still gives the right codes. Virtual ones go by the time, so there is nothing to adjust. */
export const resyncMFADevice = operation('ResyncMFADevice', {
  on: userNamed,
  async handle({ SerialNumber, AuthenticationCode1, AuthenticationCode2 }, user, context) {
    const device = await deviceOfUser(SerialNumber, user, context)
    const now = context.platform.clock.real()
    const first = takeCode(device, AuthenticationCode1, now)
    const second = takeCode({ ...device, lastStep: first ?? -1 }, AuthenticationCode2, now)
    if (first === undefined || second !== first + 1) throw wrongDeviceCode()
    saveDevice({ ...device, lastStep: second }, context)
    return {}
  },
})
