import { Worker } from 'node:worker_threads'
import { BackendFailure } from './backend.ts'
import { type Commit, packCommits } from './packed-commits.ts'
import { closing, conflicted, failed, type WriterAnswer, type WriterData } from './sqlite-writer-protocol.ts'

interface Waiting extends Commit {
  readonly resolve: (outcome: number | 'conflict') => void
  readonly reject: (failure: Error) => void
}

/**
 * The serving side of the writer thread. The commits of one turn of the event loop cross in one message. A thread that
 * dies takes the commits it had been sent with it (they reject); the next commit starts another.
 */
export class SqliteWriter {
  readonly #data: WriterData
  #worker: Worker | undefined
  #unsent: Waiting[] = []
  /** What the present thread was sent and has not answered, in order. */
  #sent: Waiting[] = []

  constructor(data: WriterData) {
    this.#data = data
    this.#worker = this.#start()
  }

  commit(commit: Commit): Promise<number | 'conflict'> {
    return new Promise((resolve, reject) => {
      if (this.#unsent.length === 0) setImmediate(() => this.#send())
      this.#unsent.push({ ...commit, resolve, reject })
    })
  }

  /** Ends the thread after everything asked so far has been answered. */
  async close(): Promise<void> {
    this.#send()
    const worker = this.#worker
    if (worker === undefined) return
    const exit = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
    worker.postMessage(closing)
    await exit
  }

  #send(): void {
    const commits = this.#unsent
    if (commits.length === 0) return
    this.#unsent = []
    this.#worker ??= this.#start()
    const packed = packCommits(commits)
    this.#sent.push(...commits)
    this.#worker.postMessage(packed, [packed.buffer])
  }

  #start(): Worker {
    // The same source runs as it is under Node and, built, as JavaScript.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const worker = new Worker(new URL(`./sqlite-writer.${extension}`, import.meta.url), {
      workerData: this.#data,
      name: 'sqlite-writer',
      execArgv: [],
    })
    let reason = 'it ended'
    worker.on('message', (answer: WriterAnswer) => this.#settle(answer))
    worker.on('messageerror', (failure) => {
      reason = failure.message
      void worker.terminate()
    })
    worker.on('error', (failure) => {
      reason = failure instanceof Error ? failure.message : String(failure)
    })
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined
      const lost = this.#sent
      this.#sent = []
      for (const { reject } of lost) reject(new BackendFailure(`The writer of the store stopped: ${reason}`))
    })
    return worker
  }

  #settle({ outcomes, reason }: WriterAnswer): void {
    const settled = this.#sent.splice(0, outcomes.length)
    for (let index = 0; index < settled.length; index++) {
      const { resolve, reject } = settled[index] as Waiting
      const outcome = outcomes[index] as number
      if (outcome === failed) reject(new BackendFailure(`The store could not write: ${reason}`))
      else resolve(outcome === conflicted ? 'conflict' : outcome)
    }
  }
}
