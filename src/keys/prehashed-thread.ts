import type { KeyObject } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { KeysBusy } from './busy.ts'
import type { PrehashedName } from './prehashed.ts'

/** One signature to make, or to check where there is one. */
export interface PrehashedTask {
  readonly id: number
  readonly algorithm: PrehashedName
  readonly key: KeyObject
  readonly digest: Uint8Array
  readonly signature?: Uint8Array
}

export type PrehashedAnswer =
  | { readonly id: number; readonly result: Uint8Array | boolean; readonly failed?: never }
  | { readonly id: number; readonly failed: string }

interface Waiting {
  readonly resolve: (result: Uint8Array | boolean) => void
  readonly reject: (failure: Error) => void
}

const mostWaiting = 1_000

/** The serving side of the thread, which starts with the first task and keeps no process alive. */
class PrehashedThread {
  #worker: Worker | undefined
  #next = 0
  readonly #waiting = new Map<number, Waiting>()

  run(task: Omit<PrehashedTask, 'id'>): Promise<Uint8Array | boolean> {
    if (this.#waiting.size >= mostWaiting) return Promise.reject(new KeysBusy(task.algorithm))
    const worker = (this.#worker ??= this.#start())
    const id = this.#next++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      worker.ref()
      worker.postMessage({ ...task, id } satisfies PrehashedTask)
    })
  }

  #start(): Worker {
    // The same source runs as it is under Node and, built, as JavaScript.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const worker = new Worker(new URL(`./prehashed-worker.${extension}`, import.meta.url), {
      name: 'prehashed',
      execArgv: [],
    })
    worker.on('message', (answer: PrehashedAnswer) => this.#settle(worker, answer))
    worker.on('error', () => undefined)
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined
      for (const { reject } of this.#waiting.values()) reject(new Error('the thread that signs digests ended'))
      this.#waiting.clear()
    })
    return worker
  }

  #settle(worker: Worker, answer: PrehashedAnswer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (this.#waiting.size === 0) worker.unref()
    if (answer.failed === undefined) waiting?.resolve(answer.result)
    else waiting?.reject(new Error(`a signature over a digest failed: ${answer.failed}`))
  }
}

const thread = new PrehashedThread()

/** Signs a digest with a private key, off the event loop. */
export async function signDigest(algorithm: PrehashedName, key: KeyObject, digest: Uint8Array): Promise<Uint8Array> {
  return (await thread.run({ algorithm, key, digest })) as Uint8Array
}

/** Checks the signature of a digest with a public key, off the event loop. */
export async function verifyDigest(
  algorithm: PrehashedName,
  key: KeyObject,
  digest: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  return (await thread.run({ algorithm, key, digest, signature })) as boolean
}
