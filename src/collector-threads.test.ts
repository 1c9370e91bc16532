import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const module = fileURLToPath(new URL('./collector-threads.ts', import.meta.url))

interface Priorities {
  readonly main: number
  readonly collector: number[]
}

/** Of the threads of a process that believes it has so many cores. */
function priorities(cores: number): Priorities {
  const program = `
    import { readdirSync, readFileSync } from 'node:fs'
    import { getPriority } from 'node:os'
    import { lowerCollectorThreads } from ${JSON.stringify(module)}
    lowerCollectorThreads(${cores})
    const threads = readdirSync('/proc/self/task').map((id) => ({
      name: readFileSync('/proc/self/task/' + id + '/comm', 'latin1').trim(), priority: getPriority(Number(id)),
    }))
    const collector = threads.filter(({ name }) => name === 'V8Worker').map(({ priority }) => priority)
    console.log(JSON.stringify({ main: getPriority(process.pid), collector }))
  `
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' })
  return JSON.parse(stdout) as Priorities
}

test.runIf(process.platform === 'linux')("on one core the collector's threads come after the one that answers", () => {
  const { main, collector } = priorities(1)
  expect(collector).not.toEqual([])
  for (const priority of collector) expect(priority).toBeGreaterThan(main)
})

test.runIf(process.platform === 'linux')('on several cores they are left alone', () => {
  const { main, collector } = priorities(2)
  expect(new Set(collector)).toEqual(new Set([main]))
})
