import { deviceWithSerial, saveDevice } from './mfa-device.ts'
import { operation } from './operation.ts'
import { removeTags } from './tags.ts'

/** Takes tags off a virtual device; those it does not have are no error. */
export const untagMFADevice = operation('UntagMFADevice', {
  on: deviceWithSerial,
  async handle(input, device, context) {
    saveDevice({ ...device, tags: removeTags(device.tags, input.TagKeys) }, context)
    return {}
  },
})
