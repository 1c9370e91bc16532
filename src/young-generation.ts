import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Of one half: V8 keeps two, and moves what is alive from one to the other. */
const mostBytes = 16 * 1024 * 1024
const halves = 2

/**
 * Keeps the part of the heap in which objects are made from growing further than 16 MiB. Every request waits while it is collected,
 * and for longer the larger it is, because handles and buffers that died in it are freed one by one. At 8 MiB the answers under
 * way no longer die young, and batches of 20 cost a quarter more. V8 makes it twice as large on a large machine, and takes a
 * bound for it only from its command line; by how much it grows, it asks each time.
 */
export function boundYoungGeneration(): void {
  const observer = new PerformanceObserver(() => {
    if (youngBytes() < mostBytes * halves) return
    observer.disconnect()
    setFlagsFromString('--semi-space-growth-factor=1')
  })
  observer.observe({ entryTypes: ['gc'] })
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.space_size ?? 0
}
