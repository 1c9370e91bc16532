import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'

/** Who runs on which processor cores, so that the server and whoever drives it never wait for each other. */
export interface Cores {
  readonly server: readonly number[]
  readonly driver: readonly number[]
  /** Whether the two are kept apart. */
  readonly apart: boolean
}

/** Keeps a program on some cores; part of util-linux. */
const pin = 'taskset'

/** The cores that this process may use, as the kernel lists them (`0-3,6`); all of them where it does not say. */
function allowedCores(): readonly number[] {
  try {
    const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''
    return list.split(',').flatMap((part) => {
      const [from = 0, to = from] = part.split('-').map(Number)
      return Array.from({ length: to - from + 1 }, (_, index) => from + index)
    })
  } catch {
    return cpus().map((_, index) => index)
  }
}

/** Gives each serving process a core of its own and the driver the last one, where there are enough cores. */
export function shareCores(workers: number): Cores {
  const all = allowedCores()
  const pins = spawnSync(pin, ['--version']).status === 0
  if (!pins || all.length < workers + 1) return { server: all, driver: all, apart: false }
  return { server: all.slice(0, workers), driver: all.slice(-1), apart: true }
}

/** A command line that keeps a program on some cores; the program itself where that is not possible. */
export function onCores(
  cores: readonly number[],
  { apart }: Cores,
  command: string,
  args: readonly string[],
): readonly [command: string, args: readonly string[]] {
  return apart ? [pin, ['--cpu-list', cores.join(','), command, ...args]] : [command, args]
}
