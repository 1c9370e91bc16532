import { openSync, readdirSync, readFileSync } from 'node:fs'

const closeOnExec = 0o2000000
const highest = 4096

/**
 * What a child gets as its files: nothing to read, two pipes, and nothing that this process was itself started with. Node closes its
 * own descriptors on `exec`, but not those that it inherited; over these the child gets `/dev/null`.
 */
export function childFiles(): readonly ('ignore' | 'pipe' | number)[] {
  const files: ('ignore' | 'pipe' | number)[] = ['ignore', 'pipe', 'pipe']
  const inherited = inheritedDescriptors()
  if (inherited.length === 0) return files
  const nothing = openSync('/dev/null', 'r+')
  for (const descriptor of inherited) {
    while (files.length <= descriptor) files.push('ignore')
    files[descriptor] = nothing
  }
  return files
}

function inheritedDescriptors(): readonly number[] {
  let names: readonly string[]
  try {
    names = readdirSync('/proc/self/fdinfo')
  } catch {
    return []
  }
  return names.map(Number).filter((descriptor) => descriptor > 2 && descriptor < highest && staysOpen(descriptor))
}

function staysOpen(descriptor: number): boolean {
  try {
    const flags = /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1'))?.[1] ?? '0'
    return (Number.parseInt(flags, 8) & closeOnExec) === 0
  } catch {
    return false
  }
}
