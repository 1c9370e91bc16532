import type { AdvancingClock } from '../base/clock.ts'
import type { Scheduler } from './scheduler.ts'

/**
 * Moves a clock to a moment by way of every moment at which something comes up, doing what is due there, so that a month
 * that passes in an instant leaves what a month leaves. Answers how many jobs ran.
 */
export async function advanceThrough(clock: AdvancingClock, scheduler: Scheduler, target: number): Promise<number> {
  let done = await scheduler.runDue()
  for (;;) {
    const next = await scheduler.nextDue(target)
    if (next === undefined) break
    clock.advanceTo(next)
    done += await scheduler.runDue()
  }
  clock.advanceTo(target)
  return done + (await scheduler.runDue())
}
