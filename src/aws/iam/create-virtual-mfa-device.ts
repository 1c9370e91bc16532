import { randomBytes } from 'node:crypto'
import { base32 } from '../../base/ids.ts'
import { Secret } from '../../base/secret.ts'
import { deviceExists } from './messages.ts'
import { deviceArn, mfaDevices, saveDevice } from './mfa-device.ts'
import { operation } from './operation.ts'
import { readTags, wireTags } from './tags.ts'

const seedBytes = 40

/** Makes a virtual device for a second factor. This answer is the only one that has its seed. */
export const createVirtualMFADevice = operation('CreateVirtualMFADevice', {
  on: ({ Path = '/', VirtualMFADeviceName }, { call }) => ({
    arn: deviceArn(Path, VirtualMFADeviceName, call),
    account: call.caller.account,
    record: undefined,
  }),
  async handle({ VirtualMFADeviceName: name, Tags }, _record, context) {
    const { tx, call, resource } = context
    const { account } = resource
    if (await mfaDevices.get(tx, account, name.toLowerCase())) throw deviceExists()
    const tags = readTags(Tags)
    const seed = randomBytes(seedBytes)
    const { arn } = resource
    saveDevice({ arn, account, name, seed: seed.toString('base64'), createdAt: call.now, tags }, context)
    return {
      VirtualMFADevice: {
        SerialNumber: arn,
        Base32StringSeed: new Secret(Buffer.from(inBase32(seed))),
        ...(tags.length > 0 && { Tags: wireTags(tags) }),
      },
    }
  },
})

/** RFC 4648, section 6, for a number of bytes that is a multiple of five. */
function inBase32(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 5) {
    const group = bytes.subarray(at, at + 5).reduce((value, byte) => value * 256 + byte, 0)
    for (let digit = 7; digit >= 0; digit--) text += base32[Math.floor(group / 32 ** digit) % 32]
  }
  return text
}
