import { expect, test } from 'vitest'
import { takeUid } from './uid-lease.ts'

/** Far from what runs anything. */
const range = { first: 1_900_000_000, count: 3 }

test.runIf(process.platform === 'linux')('a user id is taken once, until it is released', async () => {
  const leases = await Promise.all([takeUid(range), takeUid(range), takeUid(range)])
  expect(new Set(leases.map(({ uid }) => uid)).size).toBe(3)
  await expect(takeUid(range)).rejects.toThrow('in use')
  leases[1]?.release()
  const again = await takeUid(range)
  expect(again.uid).toBe(leases[1]?.uid)
  for (const lease of [...leases, again]) lease.release()
})

test.runIf(process.platform === 'linux')('a user id under which something runs is not taken', async () => {
  const uid = process.getuid?.() ?? 0
  await expect(takeUid({ first: uid, count: 1 })).rejects.toThrow('in use')
})
