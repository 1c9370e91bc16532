import type { Clock } from '../base/clock.ts'
import type { Arrived } from '../http/listener.ts'
import { indexHeaders } from '../sigv4/headers.ts'

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
  const [path = '', query = ''] = target.split('?')
  const rawHeaders = Object.entries(headers).flat()
  const index = indexHeaders(rawHeaders)
  return {
    method,
    target,
    path,
    query,
    rawHeaders,
    index,
    header: index.header,
    body: Buffer.alloc(0),
    sourceIp: '127.0.0.1',
    tls: undefined,
  }
}

/** Lets every promise that can go on do so. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
