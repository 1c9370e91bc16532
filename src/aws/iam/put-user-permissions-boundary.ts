import { userKind, saveEntity } from './entity.ts'
import { operation } from './operation.ts'
import { changeBoundary } from './policy-use.ts'
import { userNamed } from './user.ts'

/** Sets the managed policy that limits what a user may do. */
export const putUserPermissionsBoundary = operation('PutUserPermissionsBoundary', {
  on: userNamed,
  async handle(input, user, context) {
    saveEntity(userKind, await changeBoundary(userKind, user, input.PermissionsBoundary, context), context)
    return {}
  },
})
