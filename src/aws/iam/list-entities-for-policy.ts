import { operation } from './operation.ts'
import { page } from './page.ts'
import { policyOf } from './policy.ts'
import { groups, policyUses, roles, users } from './records.ts'

const tables = { User: users, Group: groups, Role: roles } as const
const nouns = { user: 'User', group: 'Group', role: 'Role' } as const

/** Lists the users, groups and roles that use a managed policy. */
export const listEntitiesForPolicy = operation('ListEntitiesForPolicy', {
  on: policyOf,
  async handle(input, policy, { tx, call }) {
    const { account } = call.caller
    const { EntityFilter, PolicyUsageFilter, PathPrefix } = input
    const under = [account, policy.arn]
    const bound = ['ListEntitiesForPolicy', ...under, EntityFilter, PolicyUsageFilter, PathPrefix]
    const { items, end } = await page(input, bound, {
      key: ({ use, noun, row }: Use) => `${use}/${noun}/${row}`,
      keep: ({ use, noun }) =>
        (EntityFilter === undefined || nouns[noun] === EntityFilter) &&
        (PolicyUsageFilter === undefined || use === PolicyUsageFilter),
      async after(last, limit) {
        const after = last === undefined ? {} : { after: [...under, ...last.split('/')] }
        const rows = await policyUses.range(tx, { under, limit, ...after })
        return rows.map(({ segments, record }) => {
          const [, , use = '', noun, row = ''] = segments
          return { use, noun: noun as Noun, row, ...record }
        })
      },
    })
    const shown = new Map<string, Use>()
    for (const item of items) {
      const entity = PathPrefix === undefined ? undefined : await tables[nouns[item.noun]].get(tx, account, item.row)
      if (PathPrefix === undefined || entity?.path.startsWith(PathPrefix)) shown.set(item.id, item)
    }
    const of = (noun: Noun) => [...shown.values()].filter((item) => item.noun === noun)
    return {
      PolicyGroups: of('group').map(({ name, id }) => ({ GroupName: name, GroupId: id })),
      PolicyUsers: of('user').map(({ name, id }) => ({ UserName: name, UserId: id })),
      PolicyRoles: of('role').map(({ name, id }) => ({ RoleName: name, RoleId: id })),
      ...end,
    }
  },
})

type Noun = keyof typeof nouns

interface Use {
  /** `PermissionsPolicy` or `PermissionsBoundary`. */
  readonly use: string
  readonly noun: Noun
  /** Its name in lower case. */
  readonly row: string
  readonly name: string
  readonly id: string
}
