const first = 1_000
const longest = 30_000

/** How long to leave a server alone after so many failures in a row, in milliseconds; `random` is from 0 to 1. */
export function retryPause(failures: number, random: number): number {
  const pause = Math.min(longest, first * 2 ** Math.min(failures - 1, 10))
  return pause * (0.75 + random / 2)
}
