import { roleKind, saveEntity } from './entity.ts'
import { operation } from './operation.ts'
import { roleNamed } from './role.ts'
import { addTags } from './tags.ts'

/** Adds tags to a role, or changes their values. */
export const tagRole = operation('TagRole', {
  on: roleNamed,
  async handle(input, role, context) {
    saveEntity(roleKind, { ...role, tags: addTags(role.tags, input.Tags) }, context)
    return {}
  },
})
