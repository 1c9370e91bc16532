import { readdirSync, readFileSync } from 'node:fs'

interface ProcessFacts {
  readonly pid: number
  readonly parent: number
  readonly uid: number
  readonly residentPages: number
  /** Only waits to be collected by its parent. */
  readonly ended: boolean
}

/** How the processes of an execution environment are known. */
export interface TreeMarks {
  /** The first process, which leads its process group. */
  readonly pid: number
  /** A user id that nothing else runs under. */
  readonly uid?: number | undefined
  /** A text in the environment of the first process, which its children inherit unless they drop it. */
  readonly marker: string
}

const pageBytes = 4096

/** Every process of this machine, those that have ended included, where the system tells (`/proc`); elsewhere none. */
function processes(): readonly ProcessFacts[] {
  let names: readonly string[]
  try {
    names = readdirSync('/proc')
  } catch {
    return []
  }
  const found: ProcessFacts[] = []
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue
    const facts = factsOf(Number(name))
    if (facts) found.push(facts)
  }
  return found
}

/** Nothing for a process that is gone since it was listed. */
function factsOf(pid: number): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold anything, brackets too.
    const [state, parent, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const uid = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return {
      pid,
      parent: Number(parent),
      uid: Number(uid),
      residentPages: Number(rest[19]),
      ended: state === 'Z' || state === 'X',
    }
  } catch {
    return undefined
  }
}

/**
 * The living processes of a tree: those that descend from the first, and those that slipped away from it. The first counts only while
 * it is our child: its number may be another's when it has ended.
 */
function treeOf({ pid, uid, marker }: TreeMarks, all = processes()): readonly ProcessFacts[] {
  const members = new Map<number, ProcessFacts>()
  for (const facts of all) {
    const first = facts.pid === pid && facts.parent === process.pid
    if (first || (uid === undefined ? hasMarker(facts.pid, marker) : facts.uid === uid)) members.set(facts.pid, facts)
  }
  for (let grown = true; grown; ) {
    grown = false
    for (const facts of all) {
      if (members.has(facts.pid) || !members.has(facts.parent)) continue
      members.set(facts.pid, facts)
      grown = true
    }
  }
  return [...members.values()].filter(({ ended }) => !ended)
}

function hasMarker(pid: number, marker: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(marker)
  } catch {
    return false
  }
}

let scan: { readonly at: number; readonly all: readonly ProcessFacts[] } | undefined
const scanMilliseconds = 200

/** How much memory a tree has, in bytes; pages that its processes share are counted for each. Trees looked at together share a look. */
export function residentBytes(marks: TreeMarks): number {
  const now = performance.now()
  if (!scan || scan.at + scanMilliseconds < now) scan = { at: now, all: processes() }
  return treeOf(marks, scan.all).reduce((sum, { residentPages }) => sum + residentPages, 0) * pageBytes
}

/** Whether any process has a user id, be it one that has ended: it still counts towards what the user may have. */
export function isUidInUse(uid: number): boolean {
  return processes().some((facts) => facts.uid === uid)
}

const mostRounds = 100

/**
 * Ends a whole tree. It is stopped before it is killed, so that what forks in the meantime is found in the next round. Resolves when
 * nothing of it is left, or after as many rounds as no tree needs.
 */
export async function killTree(marks: TreeMarks): Promise<void> {
  signal(-marks.pid, 'SIGKILL')
  for (let round = 0; round < mostRounds; round++) {
    const left = treeOf(marks)
    if (left.length === 0) return
    for (const { pid } of left) signal(pid, 'SIGSTOP')
    for (const { pid } of left) signal(pid, 'SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, Math.min(round, 20)))
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has ended already.
  }
}
