import { operation } from './operation.ts'
import { setting, writeSetting } from './settings.ts'

/** Changes a setting of Parameter Store for the account in a region. */
export const updateServiceSetting = operation('UpdateServiceSetting', {
  on: setting,
  async handle(input, { name }, context) {
    writeSetting(context, name, input.SettingValue)
    return {}
  },
})
