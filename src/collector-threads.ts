import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism, setPriority } from 'node:os'

/** The name that V8's platform gives to its threads (Linux's `comm`). */
const threadName = 'V8Worker'
const tasks = '/proc/self/task'
/** On the scale of `nice`. Above the lowest, so that the process for work in the background does not hold up a collection. */
const priority = 15

/**
 * Where a process has one core, the threads that help V8's collector take it from the thread that answers: four of them, as important to the
 * system as that one, which then waits for up to 90 ms while they mark what is alive. With a low priority they have what it
 * leaves. With more cores they are left alone: they get their work done sooner beside it. Threads have priorities of their own on Linux only.
 */
export function lowerCollectorThreads(cores = availableParallelism()): void {
  if (cores > 1) return
  try {
    for (const id of readdirSync(tasks)) {
      if (readFileSync(`${tasks}/${id}/comm`, 'latin1').trim() === threadName) setPriority(Number(id), priority)
    }
  } catch {
    // Another system, or one that does not let priorities be lowered: collections take as long as they did.
  }
}
