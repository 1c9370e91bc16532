import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const module = fileURLToPath(new URL('./young-generation.ts', import.meta.url))

/** How many bytes the young generation of a process has that keeps many objects for a while and turns its event loop meanwhile. */
function youngBytes(bound: boolean): number {
  const program = `
    import { getHeapSpaceStatistics } from 'node:v8'
    import { setImmediate as nextTurn } from 'node:timers/promises'
    import { boundYoungGeneration } from ${JSON.stringify(module)}
    if (${bound}) boundYoungGeneration()
    let kept = []
    for (let turn = 0; turn < 300; turn++) {
      for (let count = 0; count < 10_000; count++) kept.push({ turn, list: [count] })
      if (turn % 20 === 19) kept = []
      await nextTurn()
    }
    console.log(getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size)
  `
  const flags = ['--max-semi-space-size=64', '--input-type=module', '--eval', program]
  return Number(spawnSync(process.execPath, flags, { encoding: 'utf8' }).stdout)
}

test('the young generation stops to grow where others go on', () => {
  const most = 32 * 1024 * 1024
  expect(youngBytes(true)).toBeLessThanOrEqual(most)
  expect(youngBytes(false)).toBeGreaterThan(most)
})
