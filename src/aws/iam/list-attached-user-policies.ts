import { attachedUnderPath } from './policy-use.ts'
import { operation } from './operation.ts'
import { listed, page } from './page.ts'
import { userNamed } from './user.ts'

/** Lists the managed policies that are attached to a user. */
export const listAttachedUserPolicies = operation('ListAttachedUserPolicies', {
  on: userNamed,
  async handle(input, user, context) {
    const attached = await attachedUnderPath(user, input.PathPrefix, context)
    const bound = ['ListAttachedUserPolicies', user.id, input.PathPrefix]
    const { items, end } = await page(
      input,
      bound,
      listed(attached, ({ PolicyArn }) => PolicyArn),
    )
    return { AttachedPolicies: [...items], ...end }
  },
})
