import type { Table } from '../../store/table.ts'
import type { EntityType } from '../models/iam.ts'
import type { Finding } from '../operation.ts'
import { partitionOf } from '../partition.ts'
import { awsManagedPolicies } from './aws-managed.ts'
import type { PageSource } from './page.ts'
import {
  type GroupRecord,
  groups,
  policies,
  type PolicyRecord,
  type RoleRecord,
  roles,
  type UserRecord,
  users,
} from './records.ts'

/** One of the things that an account consists of. */
export type AccountPart =
  | { readonly type: 'User'; readonly key: string; readonly record: UserRecord }
  | { readonly type: 'Group'; readonly key: string; readonly record: GroupRecord }
  | { readonly type: 'Role'; readonly key: string; readonly record: RoleRecord }
  | { readonly type: 'Policy'; readonly key: string; readonly record: PolicyRecord }

interface Kind {
  readonly type: AccountPart['type']
  /** Some at most whose names, in lower case, come after one. */
  after(name: string | undefined, limit: number): Promise<readonly AccountPart['record'][]>
}

/** The users, groups, roles and policies of an account, one kind after the other; keys are the kind's place and the name. */
export function accountParts(wanted: (type: EntityType) => boolean, finding: Finding): PageSource<AccountPart> {
  const kinds = accountKinds(wanted, finding)
  return {
    key: ({ key }) => key,
    async after(last, limit) {
      const found: AccountPart[] = []
      const from = last === undefined ? 0 : Number(last[0])
      for (let index = from; index < kinds.length && found.length < limit; index++) {
        const kind = kinds[index] as Kind
        const records = await kind.after(
          last !== undefined && index === from ? last.slice(1) : undefined,
          limit - found.length,
        )
        found.push(
          ...records.map(
            (record) => ({ type: kind.type, key: `${index}${record.name.toLowerCase()}`, record }) as AccountPart,
          ),
        )
      }
      return found
    },
  }
}

function accountKinds(wanted: (type: EntityType) => boolean, { tx, call }: Finding): readonly Kind[] {
  const { account } = call.caller
  const stored = <R extends AccountPart['record']>(is: boolean, type: Kind['type'], table: Table<R>): Kind => ({
    type,
    async after(name, limit) {
      if (!is) return []
      const after = name === undefined ? {} : { after: [account, name] }
      return (await table.range(tx, { under: [account], limit, ...after })).map(({ record }) => record)
    },
  })
  return [
    stored(wanted('User'), 'User', users),
    stored(wanted('Group'), 'Group', groups),
    stored(wanted('Role'), 'Role', roles),
    stored(wanted('LocalManagedPolicy'), 'Policy', policies),
    {
      type: 'Policy',
      async after(name, limit) {
        const all = wanted('AWSManagedPolicy') ? awsManagedPolicies(partitionOf(call.region)) : []
        const lower = (policy: PolicyRecord) => policy.name.toLowerCase()
        return all
          .toSorted((a, b) => (lower(a) < lower(b) ? -1 : 1))
          .filter((policy) => name === undefined || lower(policy) > name)
          .slice(0, limit)
      },
    },
  ]
}
