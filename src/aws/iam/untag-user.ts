import { userKind, saveEntity } from './entity.ts'
import { operation } from './operation.ts'
import { userNamed } from './user.ts'
import { removeTags } from './tags.ts'

/** Takes tags off a user; those it does not have are no error. */
export const untagUser = operation('UntagUser', {
  on: userNamed,
  async handle(input, user, context) {
    saveEntity(userKind, { ...user, tags: removeTags(user.tags, input.TagKeys) }, context)
    return {}
  },
})
