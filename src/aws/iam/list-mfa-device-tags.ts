import { deviceWithSerial } from './mfa-device.ts'
import { operation } from './operation.ts'
import { listed, page } from './page.ts'
import { wireTags } from './tags.ts'

/** Lists the tags of a virtual device. */
export const listMFADeviceTags = operation('ListMFADeviceTags', {
  on: deviceWithSerial,
  async handle(input, { arn, tags }) {
    const source = listed(tags, ({ key }) => key.toLowerCase())
    const { items, end } = await page(input, ['ListMFADeviceTags', arn], source)
    return { Tags: wireTags(items), ...end }
  },
})
