import { addEntity, entityToCome, iamArn, roleKind } from './entity.ts'
import { operation } from './operation.ts'
import { changeBoundary } from './policy-use.ts'
import type { RoleRecord } from './records.ts'
import { createdRole } from './role.ts'
import { readTags } from './tags.ts'
import { readTrust } from './trust.ts'
import { newUniqueId } from './unique-id.ts'

const defaultSessionSeconds = 3600

/** Makes a role that those may assume whom its trust policy says. */
export const createRole = operation('CreateRole', {
  on: (input, finding) => entityToCome('role', { path: input.Path, name: input.RoleName }, finding),
  async handle(input, _record, context) {
    const { Path: path = '/', RoleName: name, Description, PermissionsBoundary } = input
    const bare: RoleRecord = {
      name,
      path,
      id: newUniqueId('AROA'),
      arn: iamArn(context.call, 'role', path, name),
      createdAt: context.call.now,
      inline: [],
      attached: [],
      tags: readTags(input.Tags),
      ...(await readTrust(input.AssumeRolePolicyDocument, context)),
      ...(Description !== undefined && { description: Description }),
      maxSessionSeconds: input.MaxSessionDuration ?? defaultSessionSeconds,
      instanceProfiles: [],
    }
    const role =
      PermissionsBoundary === undefined ? bare : await changeBoundary(roleKind, bare, PermissionsBoundary, context)
    await addEntity(roleKind, role, context)
    return { Role: await createdRole(role, context) }
  },
})
