import { arrivedRequest } from '../../test/arrived-request.ts'
import type { Clock } from '../base/clock.ts'
import type { Arrived } from '../http/listener.ts'

export interface ManualClock extends Clock {
  pass(seconds: number): void
}

/** A clock that stands still until it is told to move. */
export function manualClock(now = Date.UTC(2026, 10, 23)): ManualClock {
  return {
    real: () => now,
    now: () => now,
    pass(seconds) {
      now += seconds * 1000
    },
  }
}

/** A request as the listener hands it on. */
export function arrived(method: string, target: string, headers: Readonly<Record<string, string>> = {}): Arrived {
  return arrivedRequest({ method, target, rawHeaders: Object.entries(headers).flat() })
}

/** Lets every promise that can go on do so. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
