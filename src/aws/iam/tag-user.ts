import { userKind, saveEntity } from './entity.ts'
import { operation } from './operation.ts'
import { userNamed } from './user.ts'
import { addTags } from './tags.ts'

/** Adds tags to a user, or changes their values. */
export const tagUser = operation('TagUser', {
  on: userNamed,
  async handle(input, user, context) {
    saveEntity(userKind, { ...user, tags: addTags(user.tags, input.Tags) }, context)
    return {}
  },
})
