import { readdirSync, readFileSync } from 'node:fs'

/** The kernel counts processor time in ticks of a hundredth of a second on every Linux that Node runs on. */
const ticksPerSecond = 100

/** The processes of a group: a server that was started as leader of its own group, and its workers. */
export function membersOf(group: number): readonly number[] {
  const members: number[] = []
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name) && statOf(Number(name))?.group === group) members.push(Number(name))
  }
  return members
}

/** Processor time that processes have spent so far with all their threads, in user and kernel mode, in seconds. */
export function processorSeconds(processes: readonly number[]): number {
  let ticks = 0
  for (const id of processes) ticks += statOf(id)?.ticks ?? 0
  return ticks / ticksPerSecond
}

/** Memory in use by processes, now and at its highest, in bytes. Pages that workers share count for each. */
export function memoryOf(processes: readonly number[]): { readonly resident: number; readonly peak: number } {
  let resident = 0
  let peak = 0
  for (const id of processes) {
    const status = readFileSync(`/proc/${id}/status`, 'utf8')
    resident += kibibytes(status, 'VmRSS')
    peak += kibibytes(status, 'VmHWM')
  }
  return { resident: resident * 1024, peak: peak * 1024 }
}

function kibibytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(status)?.[1] ?? 0)
}

/** See proc(5): behind the name in brackets come state, parent, group, … and the times as fields 14 and 15. */
function statOf(id: number): { readonly group: number; readonly ticks: number } | undefined {
  try {
    const text = readFileSync(`/proc/${id}/stat`, 'latin1')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { group: Number(fields[2]), ticks: Number(fields[11]) + Number(fields[12]) }
  } catch {
    return undefined
  }
}
