import { operation } from './operation.ts'
import { describeSetting, resetSetting, setting } from './settings.ts'

/** Makes a setting what AWS set it to first. */
export const resetServiceSetting = operation('ResetServiceSetting', {
  on: setting,
  async handle(_input, { name }, context) {
    resetSetting(context, name)
    return { ServiceSetting: describeSetting({ name, record: undefined }, context) }
  },
})
