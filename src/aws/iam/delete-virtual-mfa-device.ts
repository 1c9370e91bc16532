import { mustGoFirst } from './messages.ts'
import { deviceWithSerial, mfaDevices } from './mfa-device.ts'
import { operation } from './operation.ts'

/** Deletes a virtual device that is nobody's second factor any more. */
export const deleteVirtualMFADevice = operation('DeleteVirtualMFADevice', {
  on: deviceWithSerial,
  async handle(_input, device, { tx }) {
    if (device.user) throw mustGoFirst.enabledDevice()
    mfaDevices.delete(tx, device.account, device.name.toLowerCase())
    return {}
  },
})
