import { KeysBusy } from '../../keys/busy.ts'
import { busy } from './messages.ts'

/** Refuses, as a request too many, what would wait too long behind others. */
export async function orThrottle<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof KeysBusy ? busy() : error
  }
}
