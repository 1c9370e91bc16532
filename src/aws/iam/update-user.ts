import { AssertionFailure } from '../../base/assert.ts'
import { iamArn, saveEntity, userKind } from './entity.ts'
import { entityExists } from './messages.ts'
import { renameMember } from './group-member.ts'
import { findDevice, saveDevice } from './mfa-device.ts'
import { operation } from './operation.ts'
import { renameUses } from './policy-use.ts'
import { accessKeys, type UserRecord, users } from './records.ts'
import { userNamed } from './user.ts'

/** Renames a user, or moves it to another path. Its unique id, keys and permissions stay. */
export const updateUser = operation('UpdateUser', {
  on: userNamed,
  async handle(input, user, context) {
    const { tx, call } = context
    const { account } = call.caller
    const { NewUserName: name = user.name, NewPath: path = user.path } = input
    const arn = iamArn(call, 'user', path, name)
    if (arn !== user.arn) await context.require({ action: 'iam:UpdateUser', resource: { arn, account } })
    const other = await users.get(tx, account, name.toLowerCase())
    if (other && other.id !== user.id) throw entityExists('user', name)
    const renamed: UserRecord = { ...user, name, path, arn }
    users.delete(tx, account, user.name.toLowerCase())
    saveEntity(userKind, renamed, context)
    if (name !== user.name) {
      await renameUses('user', user, renamed, context)
      renameMember(user, renamed, context)
    }
    for (const id of user.accessKeys) {
      const key = await accessKeys.get(tx, id)
      if (!key) throw new AssertionFailure('a listed access key is there')
      accessKeys.put(tx, { ...key, holder: { type: 'user', name, id: user.id } }, id)
    }
    for (const serial of user.mfaDevices) {
      const device = await findDevice(context, serial)
      if (device?.user) saveDevice({ ...device, user: { ...device.user, name } }, context)
    }
    return {}
  },
})
