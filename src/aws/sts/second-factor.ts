import { findDevice, saveDevice, takeCode } from '../iam/mfa-device.ts'
import { users } from '../iam/records.ts'
import type { Finding } from '../operation.ts'
import { wrongCode } from './messages.ts'

interface Input {
  readonly SerialNumber?: string | undefined
  readonly TokenCode?: string | undefined
}

/** Whether a request brings the second factor of the user who calls; refuses one that is not right, and half of one. */
export async function takeSecondFactor({ SerialNumber, TokenCode }: Input, finding: Finding): Promise<boolean> {
  if (SerialNumber === undefined && TokenCode === undefined) return false
  const { tx, call, platform } = finding
  const { account, userName, principal } = call.caller
  if (SerialNumber === undefined || TokenCode === undefined || userName === undefined || principal.type !== 'user') {
    throw wrongCode()
  }
  const user = await users.get(tx, account, userName.toLowerCase())
  const device = await findDevice(finding, SerialNumber)
  if (!user?.mfaDevices.includes(SerialNumber) || device?.user?.id !== principal.id) throw wrongCode()
  const step = takeCode(device, TokenCode, platform.clock.real())
  if (step === undefined) throw wrongCode()
  saveDevice({ ...device, lastStep: step }, finding)
  return true
}
