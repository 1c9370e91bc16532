import { removeEntity, userKind } from './entity.ts'
import { forgetLastUses } from './last-use.ts'
import { mustGoFirst } from './messages.ts'
import { operation } from './operation.ts'
import { changeBoundary } from './policy-use.ts'
import { userNamed } from './user.ts'

/** Deletes a user that has nothing any more. */
export const deleteUser = operation('DeleteUser', {
  on: userNamed,
  async handle(_input, user, context) {
    if (user.groups.length > 0) throw mustGoFirst.groups()
    if (user.mfaDevices.length > 0) throw mustGoFirst.mfaDevices()
    if (user.accessKeys.length > 0) throw mustGoFirst.accessKeys()
    if (user.attached.length > 0) throw mustGoFirst.attached()
    if (user.inline.length > 0) throw mustGoFirst.inline()
    if (user.boundary !== undefined) await changeBoundary(userKind, user, undefined, context)
    await removeEntity(userKind, user, context)
    await forgetLastUses(context.tx, user.id)
    return {}
  },
})
