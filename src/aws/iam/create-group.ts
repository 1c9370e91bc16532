import { addEntity, entityToCome, groupKind, iamArn } from './entity.ts'
import { wireGroup } from './group.ts'
import { operation } from './operation.ts'
import type { GroupRecord } from './records.ts'
import { newUniqueId } from './unique-id.ts'

/** Makes a group of users. */
export const createGroup = operation('CreateGroup', {
  on: (input, finding) => entityToCome('group', { path: input.Path, name: input.GroupName }, finding),
  async handle(input, _record, context) {
    const { Path: path = '/', GroupName: name } = input
    const group: GroupRecord = {
      name,
      path,
      id: newUniqueId('AGPA'),
      arn: iamArn(context.call, 'group', path, name),
      createdAt: context.call.now,
      inline: [],
      attached: [],
      members: 0,
    }
    await addEntity(groupKind, group, context)
    return { Group: wireGroup(group) }
  },
})
