import { randomBytes } from 'node:crypto'
import type { Seal } from '../seal.ts'
import { wrappingKeySeal } from './wrapping-key.ts'

/** A seal whose key lives as long as the process: for a store in memory, which does not outlive it either. */
export function devSeal(): Seal {
  return wrappingKeySeal('dev', randomBytes(32), 'this process')
}
