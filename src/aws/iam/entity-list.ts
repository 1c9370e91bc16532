import type { Transaction } from '../../store/store.ts'
import type { Table } from '../../store/table.ts'
import type { PageSource } from './page.ts'

interface Named {
  readonly name: string
  readonly path: string
}

/** The things of an account whose path begins with a prefix, in the order of their names. */
export function rowsUnderPath<R extends Named>(
  tx: Transaction,
  table: Table<R>,
  account: string,
  prefix = '/',
): PageSource<R> {
  return {
    key: ({ name }) => name.toLowerCase(),
    keep: ({ path }) => path.startsWith(prefix),
    async after(last, limit) {
      const rows = await table.range(tx, {
        under: [account],
        limit,
        ...(last !== undefined && { after: [account, last] }),
      })
      return rows.map(({ record }) => record)
    },
  }
}
