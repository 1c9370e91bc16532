import { userKind, saveEntity } from './entity.ts'
import { operation } from './operation.ts'
import { changeBoundary } from './policy-use.ts'
import { userNamed } from './user.ts'

/** Lifts the limit on what a user may do. */
export const deleteUserPermissionsBoundary = operation('DeleteUserPermissionsBoundary', {
  on: userNamed,
  async handle(_input, user, context) {
    saveEntity(userKind, await changeBoundary(userKind, user, undefined, context), context)
    return {}
  },
})
