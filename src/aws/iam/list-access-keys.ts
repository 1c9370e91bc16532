import { holderName, keyIds, readAccessKey } from './access-key.ts'
import { operation } from './operation.ts'
import { listed, page } from './page.ts'
import { userOrSelf } from './user.ts'

/** Lists the long-term keys of a user, or of the caller. */
export const listAccessKeys = operation('ListAccessKeys', {
  on: userOrSelf,
  async handle(input, holder, context) {
    const keys = await Promise.all(keyIds(holder).map((id) => readAccessKey(holder, id, context)))
    const bound = ['ListAccessKeys', context.resource.arn]
    const { items, end } = await page(
      input,
      bound,
      listed(keys, ({ id }) => id),
    )
    return {
      AccessKeyMetadata: items.map(({ id, active, createdAt }) => ({
        UserName: holderName(holder),
        AccessKeyId: id,
        Status: active ? 'Active' : 'Inactive',
        CreateDate: createdAt,
      })),
      ...end,
    }
  },
})
