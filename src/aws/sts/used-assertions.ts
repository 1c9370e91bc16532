import { hash } from 'node:crypto'
import type { Transaction } from '../../store/store.ts'
import { table } from '../../store/table.ts'

/** By provider and id: assertions that made a session, for as long as they could make another. */
const used = table<{ readonly until: number }>({ name: 'sts/used-assertion', version: 1 })
/** The same by the time until which they count, so that they can be cleared away. */
const expiries = table<{ readonly row: readonly [provider: string, id: string] }>({
  name: 'sts/used-assertion-expiry',
  version: 1,
})

const clearedAtOnce = 20

/**
 * Notes that an assertion was used; `false` where it was before. Each use clears away some that are over, so that there are never
 * many more than can still be used. Times are the machine's.
 */
export async function useAssertion(
  tx: Transaction,
  {
    provider,
    id,
    until,
    now,
  }: { readonly provider: string; readonly id: string; readonly until: number; readonly now: number },
): Promise<boolean> {
  // An id may be as long as its document; a digest is not.
  const name = hash('sha256', id, 'hex')
  if (await used.get(tx, provider, name)) return false
  const over = await expiries.range(tx, { limit: clearedAtOnce })
  for (const { segments, record } of over) {
    const [time = ''] = segments
    if (Number(time) > now) break
    used.delete(tx, ...record.row)
    expiries.delete(tx, ...segments)
  }
  used.put(tx, { until }, provider, name)
  expiries.put(tx, { row: [provider, name] }, String(until).padStart(16, '0'), provider, name)
  return true
}
