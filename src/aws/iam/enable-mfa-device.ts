import { deviceInUse, deviceNotFound, tooManyDevices, wrongDeviceCode } from './messages.ts'
import { saveEntity, userKind } from './entity.ts'
import { findDevice, saveDevice, takeCode } from './mfa-device.ts'
import { operation } from './operation.ts'
import { userNamed } from './user.ts'

const mostDevices = 8

/** Makes a virtual device the second factor of a user; two codes in a row prove that the user has it. */
export const enableMFADevice = operation('EnableMFADevice', {
  on: userNamed,
  async handle({ SerialNumber, AuthenticationCode1, AuthenticationCode2 }, user, context) {
    const { call, platform } = context
    const device = await findDevice(context, SerialNumber)
    if (device?.account !== call.caller.account) throw deviceNotFound(SerialNumber)
    if (device.user) throw deviceInUse()
    if (user.mfaDevices.length >= mostDevices) throw tooManyDevices(mostDevices)
    const now = platform.clock.real()
    const first = takeCode(device, AuthenticationCode1, now)
    const second = takeCode({ ...device, lastStep: first ?? -1 }, AuthenticationCode2, now)
    if (first === undefined || second !== first + 1) throw wrongDeviceCode()
    const since = call.now
    saveDevice({ ...device, user: { id: user.id, name: user.name, since }, lastStep: second }, context)
    saveEntity(userKind, { ...user, mfaDevices: [...user.mfaDevices, SerialNumber] }, context)
    return {}
  },
})
