import type { ChildProcess } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import type { Overflow } from './schedule/in-hand.ts'

export interface BackgroundOptions {
  /** Starts the process. It ends by itself, with 0, when there is nothing left to do, and when it is told to by SIGTERM. */
  readonly start: () => ChildProcess
  /** Hears of a process that could not be started or did not end well. */
  readonly onFailure: (failure: Failure) => void
}

interface Failure {
  readonly err?: Error
  readonly code?: number | null
  readonly signal?: string | null
}

/** From how many due jobs on a process of their own is worth its start, a fifth of a second of processor time. */
export const many = 50
/** After a failure the work is not left to another process for so long. */
const pauseMilliseconds = 60_000

/**
 * The process that does what nobody waits for, while there is much of it: at the lowest priority, with a collector of its own, so
 * that requests hardly notice. Where it cannot be, the serving process does its work.
 */
export class BackgroundProcess implements Overflow {
  readonly from = many
  readonly #options: BackgroundOptions
  #child: ChildProcess | undefined
  #ended: Promise<void> = Promise.resolve()
  #notBefore = Number.NEGATIVE_INFINITY
  #stopped = false

  constructor(options: BackgroundOptions) {
    this.#options = options
  }

  /** Sees to it that the process runs; false where it cannot. */
  takes(): boolean {
    if (this.#child) return true
    if (this.#stopped || performance.now() < this.#notBefore) return false
    let child: ChildProcess
    try {
      child = this.#options.start()
    } catch (error) {
      this.#fail({ err: error as Error })
      return false
    }
    this.#child = child
    this.#ended = new Promise((resolve) => {
      const end = (failure?: Failure) => {
        if (this.#child !== child) return
        this.#child = undefined
        if (failure && !this.#stopped) this.#fail(failure)
        resolve()
      }
      child.once('error', (err) => end({ err }))
      child.once('exit', (code, signal) => end(code === 0 ? undefined : { code, signal }))
    })
    lower(child)
    return true
  }

  /** Has the process end its work in hand, and waits for that. It is not started again. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#child?.kill('SIGTERM')
    await this.#ended
  }

  #fail(failure: Failure): void {
    this.#notBefore = performance.now() + pauseMilliseconds
    this.#options.onFailure(failure)
  }
}

/** The threads that it has yet to make inherit the priority. A system that does not let it be lowered runs it all the same. */
function lower({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW)
  } catch {
    // It has ended already, or priorities are not for us to set here.
  }
}
