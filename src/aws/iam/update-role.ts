import { roleKind, saveEntity } from './entity.ts'
import { operation } from './operation.ts'
import { roleNamed } from './role.ts'

/** Changes a role's description and how long its sessions may last. */
export const updateRole = operation('UpdateRole', {
  on: roleNamed,
  async handle({ Description, MaxSessionDuration }, role, context) {
    const changed = {
      ...role,
      ...(Description !== undefined && { description: Description }),
      ...(MaxSessionDuration !== undefined && { maxSessionSeconds: MaxSessionDuration }),
    }
    saveEntity(roleKind, changed, context)
    return {}
  },
})
