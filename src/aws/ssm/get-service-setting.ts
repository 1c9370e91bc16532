import { operation } from './operation.ts'
import { describeSetting, setting } from './settings.ts'

/** Says what a setting of Parameter Store is. */
export const getServiceSetting = operation('GetServiceSetting', {
  on: setting,
  async handle(_input, found, context) {
    return { ServiceSetting: describeSetting(found, context) }
  },
})
