import { operation } from './operation.ts'
import { roleNamed, wholeRole } from './role.ts'

/** Shows a role with its trust policy. */
export const getRole = operation('GetRole', {
  on: roleNamed,
  handle: async (_input, role, context) => ({ Role: await wholeRole(role, context) }),
})
