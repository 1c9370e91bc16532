import { Worker } from 'node:worker_threads'
import { type KeyToken, type TokenCiphertext, TokenFailure, type TokenFailureKind } from './token.ts'

/** Where a token is: the PKCS#11 module of its maker, and the label that it was given. */
export interface TokenWorkerData {
  /** The path of a shared library. */
  readonly module: string
  readonly token: string
}

interface Common {
  readonly id: number
  readonly password: string
}

export type TokenTask =
  | (Common & { readonly operation: 'check' })
  | (Common & { readonly operation: 'random'; readonly length: number })
  | (Common & { readonly operation: 'generate' | 'destroy'; readonly label: string })
  | (Common & {
      readonly operation: 'encrypt'
      readonly label: string
      readonly plaintext: Uint8Array
      readonly associated: Uint8Array
    })
  | (Common & {
      readonly operation: 'decrypt'
      readonly label: string
      readonly sealed: TokenCiphertext
      readonly associated: Uint8Array
    })

export interface TokenAnswer {
  readonly id: number
  /** `null` where a ciphertext does not open. */
  readonly result?: TokenCiphertext | Uint8Array | null | undefined
  readonly failed?: TokenFailureKind
  readonly detail?: string
}

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never

interface Waiting {
  readonly resolve: (result: TokenAnswer['result']) => void
  readonly reject: (failure: TokenFailure) => void
  readonly timer: NodeJS.Timeout
}

const longestMilliseconds = 10_000
const mostWaiting = 1_000

/**
 * A token behind a PKCS#11 module, such as SoftHSM or the client library of a network HSM. It needs the optional package
 * `pkcs11js`, built for this machine; without it every request is refused as `absent`. The thread starts with the first
 * request. A request that takes longer than ten seconds fails, and the thread with it.
 */
export function openPkcs11Token(data: TokenWorkerData): KeyToken & { close(): Promise<void> } {
  const thread = new TokenThread(data)
  return {
    async check(password) {
      await thread.run({ operation: 'check', password })
    },
    async generate(password, label) {
      await thread.run({ operation: 'generate', password, label })
    },
    async destroy(password, label) {
      await thread.run({ operation: 'destroy', password, label })
    },
    async encrypt(password, label, plaintext, associated) {
      return (await thread.run({ operation: 'encrypt', password, label, plaintext, associated })) as TokenCiphertext
    },
    async decrypt(password, label, sealed, associated) {
      const opened = await thread.run({ operation: 'decrypt', password, label, sealed, associated })
      return opened instanceof Uint8Array ? bufferOf(opened) : undefined
    },
    async random(password, length) {
      return bufferOf((await thread.run({ operation: 'random', password, length })) as Uint8Array)
    },
    close: () => thread.close(),
  }
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

class TokenThread {
  readonly #data: TokenWorkerData
  #worker: Worker | undefined
  #next = 0
  readonly #waiting = new Map<number, Waiting>()

  constructor(data: TokenWorkerData) {
    this.#data = data
  }

  run(task: Unnumbered<TokenTask>): Promise<TokenAnswer['result']> {
    if (this.#waiting.size >= mostWaiting) return Promise.reject(new TokenFailure('failed', 'too many requests wait'))
    const worker = (this.#worker ??= this.#start())
    const id = this.#next++
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => void worker.terminate(), longestMilliseconds)
      this.#waiting.set(id, { resolve, reject, timer })
      worker.ref()
      worker.postMessage({ ...task, id })
    })
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  #start(): Worker {
    // The same source runs as it is under Node and, built, as JavaScript.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const worker = new Worker(new URL(`./pkcs11-worker.${extension}`, import.meta.url), {
      workerData: this.#data,
      name: 'pkcs11',
      execArgv: [],
    })
    worker.on('message', (answer: TokenAnswer) => this.#settle(worker, answer))
    worker.on('error', () => undefined)
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined
      for (const { reject, timer } of this.#waiting.values()) {
        clearTimeout(timer)
        reject(new TokenFailure('absent', 'the token did not answer'))
      }
      this.#waiting.clear()
    })
    return worker
  }

  #settle(worker: Worker, { id, result, failed, detail }: TokenAnswer): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    clearTimeout(waiting?.timer)
    if (this.#waiting.size === 0) worker.unref()
    if (failed === undefined) waiting?.resolve(result)
    else waiting?.reject(new TokenFailure(failed, detail))
  }
}
