import { addEntity, entityToCome, iamArn, userKind } from './entity.ts'
import { operation } from './operation.ts'
import { changeBoundary } from './policy-use.ts'
import { readTags } from './tags.ts'
import { newUniqueId } from './unique-id.ts'
import { wholeUser } from './user.ts'
import type { UserRecord } from './records.ts'

/** Makes a user without keys and permissions. */
export const createUser = operation('CreateUser', {
  on: (input, finding) => entityToCome('user', { path: input.Path, name: input.UserName }, finding),
  async handle(input, _record, context) {
    const { Path: path = '/', UserName: name, PermissionsBoundary } = input
    const bare: UserRecord = {
      name,
      path,
      id: newUniqueId('AIDA'),
      arn: iamArn(context.call, 'user', path, name),
      createdAt: context.call.now,
      inline: [],
      attached: [],
      tags: readTags(input.Tags),
      accessKeys: [],
      groups: [],
      mfaDevices: [],
    }
    const user =
      PermissionsBoundary === undefined ? bare : await changeBoundary(userKind, bare, PermissionsBoundary, context)
    await addEntity(userKind, user, context)
    return { User: wholeUser(user) }
  },
})
