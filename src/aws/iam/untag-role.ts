import { roleKind, saveEntity } from './entity.ts'
import { operation } from './operation.ts'
import { roleNamed } from './role.ts'
import { removeTags } from './tags.ts'

/** Takes tags off a role; those it does not have are no error. */
export const untagRole = operation('UntagRole', {
  on: roleNamed,
  async handle(input, role, context) {
    saveEntity(roleKind, { ...role, tags: removeTags(role.tags, input.TagKeys) }, context)
    return {}
  },
})
