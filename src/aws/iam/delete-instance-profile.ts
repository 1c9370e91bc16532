import { count } from './accounts.ts'
import { instanceProfileNamed, instanceProfiles } from './instance-profile.ts'
import { mustGoFirst } from './messages.ts'
import { operation } from './operation.ts'

/** Deletes an instance profile that holds no role any more. */
export const deleteInstanceProfile = operation('DeleteInstanceProfile', {
  on: instanceProfileNamed,
  async handle(_input, profile, { tx, call }) {
    if (profile.role !== undefined) throw mustGoFirst.instanceProfiles()
    instanceProfiles.delete(tx, call.caller.account, profile.name.toLowerCase())
    await count(tx, call.caller.account, 'instanceProfiles', -1)
    return {}
  },
})
