import { attachedUnderPath } from './policy-use.ts'
import { operation } from './operation.ts'
import { listed, page } from './page.ts'
import { roleNamed } from './role.ts'

/** Lists the managed policies that are attached to a role. */
export const listAttachedRolePolicies = operation('ListAttachedRolePolicies', {
  on: roleNamed,
  async handle(input, role, context) {
    const attached = await attachedUnderPath(role, input.PathPrefix, context)
    const bound = ['ListAttachedRolePolicies', role.id, input.PathPrefix]
    const { items, end } = await page(
      input,
      bound,
      listed(attached, ({ PolicyArn }) => PolicyArn),
    )
    return { AttachedPolicies: [...items], ...end }
  },
})
