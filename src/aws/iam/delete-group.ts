import { groupKind, removeEntity } from './entity.ts'
import { groupNamed } from './group.ts'
import { mustGoFirst } from './messages.ts'
import { operation } from './operation.ts'

/** Deletes a group that has neither users nor permissions any more. */
export const deleteGroup = operation('DeleteGroup', {
  on: groupNamed,
  async handle(_input, group, context) {
    if (group.members > 0) throw mustGoFirst.groups()
    if (group.attached.length > 0) throw mustGoFirst.attached()
    if (group.inline.length > 0) throw mustGoFirst.inline()
    await removeEntity(groupKind, group, context)
    return {}
  },
})
