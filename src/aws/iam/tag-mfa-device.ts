import { deviceWithSerial, saveDevice } from './mfa-device.ts'
import { operation } from './operation.ts'
import { addTags } from './tags.ts'

/** Adds tags to a virtual device, or changes their values. */
export const tagMFADevice = operation('TagMFADevice', {
  on: deviceWithSerial,
  async handle(input, device, context) {
    saveDevice({ ...device, tags: addTags(device.tags, input.Tags) }, context)
    return {}
  },
})
