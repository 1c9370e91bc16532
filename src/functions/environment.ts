import { type ChildProcess, spawn } from 'node:child_process'
import { chownSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { uuid } from '../base/ids.ts'
import { exited, type FailurePayload, noEntry, responseTooLarge, timedOut } from './failure-payload.ts'
import { type InvocationLog, LineCutter } from './function-log.ts'
import type { FunctionCredentials, FunctionVersion } from './function-version.ts'
import { type Isolation, isFromUser, isolated } from './isolation.ts'
import { killTree, residentBytes, type TreeMarks } from './process-tree.ts'
import { environmentOf, type Program } from './program.ts'
import { largestPayload, RuntimeApi, type RuntimeEvent, type RuntimeReply } from './runtime-api.ts'

export interface EnvironmentOptions {
  readonly version: FunctionVersion
  readonly credentials: FunctionCredentials
  readonly program: Program
  readonly codeFolder: string
  /** A folder for temporary folders. */
  readonly root: string
  readonly isolation: Isolation
  readonly uid: number | undefined
  /** Variables that point a function's clients at this server; the function's own come first. */
  readonly endpoints: Readonly<Record<string, string>>
  readonly initMilliseconds: number
  /** As `childFiles` makes it. */
  readonly files: readonly ('ignore' | 'pipe' | number)[]
  /** The machine's time: milliseconds since 1970. */
  readonly now: () => number
}

export interface EnvironmentReply {
  readonly payload: Buffer
  readonly functionError: boolean
}

type End =
  | { readonly end: 'exit'; readonly status: number | NodeJS.Signals }
  | { readonly end: 'start'; readonly reason: string }
type Limit = { readonly end: 'time' | 'memory' | 'output' }

const sampleMilliseconds = 250
const mostOutputBytes = 64 * 1024 * 1024

/** One process with a handler in it, and everything it starts. It handles one event at a time and can be used again. */
export class Environment {
  readonly credentials: FunctionCredentials
  readonly uid: number | undefined
  /** The most memory that was seen in it, in bytes. */
  mostMemory = 0
  readonly #options: EnvironmentOptions
  readonly #api: RuntimeApi
  readonly #child: ChildProcess
  readonly #folder: string
  readonly #marks: TreeMarks
  readonly #ended: Promise<End>
  #log: InvocationLog | undefined
  #alive = true
  #closed: Promise<void> | undefined

  private constructor(options: EnvironmentOptions, api: RuntimeApi, folder: string, marker: string) {
    this.#options = options
    this.#api = api
    this.#folder = folder
    this.credentials = options.credentials
    this.uid = options.uid
    this.#child = start(options, api, folder, marker)
    this.#marks = { pid: this.#child.pid ?? 0, uid: options.uid, marker }
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) =>
        resolve({ end: 'start', reason: (error as NodeJS.ErrnoException).code ?? '' }),
      )
      this.#child.once('exit', (code, signal) => resolve({ end: 'exit', status: signal ?? code ?? 0 }))
    })
    void this.#ended.then(() => {
      this.#alive = false
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) this.#listen(stream)
  }

  static async open(options: EnvironmentOptions): Promise<Environment> {
    const { uid, root } = options
    const api = await RuntimeApi.open(async (socket) => uid === undefined || isFromUser(socket, uid))
    try {
      const folder = await mkdtemp(join(root, 'tmp-'))
      if (uid !== undefined) chownSync(folder, uid, uid)
      return new Environment(options, api, folder, `KEYTURN_ENVIRONMENT=${uuid()}`)
    } catch (error) {
      api.close()
      throw error
    }
  }

  /** Whether it can take another event. */
  get alive(): boolean {
    return this.#alive && this.#closed === undefined
  }

  /**
   * Handles one event. Whatever happens in there, this resolves in the time that the function has and a little more. `gone`: it ended
   * after an earlier event, and never saw this one.
   */
  async invoke(event: Omit<RuntimeEvent, 'deadline'>, log: InvocationLog): Promise<EnvironmentReply | 'gone'> {
    const used = this.#log !== undefined
    if (!this.alive) return 'gone'
    this.#log = log
    const early = await this.#begin(event.requestId)
    if (early) return this.#over(early)
    const { timeoutSeconds, memoryMegabytes } = this.#options.version
    const milliseconds = timeoutSeconds * 1000
    const watch = this.#watch(milliseconds, memoryMegabytes * 1024 * 1024, log)
    const deadline = this.#options.now() + milliseconds
    try {
      const reply = await Promise.race([this.#api.send({ ...event, deadline }), this.#ended, watch.limit])
      if ('kind' in reply) return this.#replyOf(reply)
      if (used && reply.end === 'exit' && !this.#api.taken) return 'gone'
      return await this.#over(this.#failureOf(event.requestId, reply))
    } finally {
      watch.stop()
    }
  }

  /** Ends everything in it and removes what it wrote. */
  close(): Promise<void> {
    this.#closed ??= (async () => {
      this.#api.close()
      if (this.#marks.pid > 0) await killTree(this.#marks)
      await rm(this.#folder, { recursive: true, force: true })
    })()
    return this.#closed
  }

  /** Waits until the runtime asks for work; answers the payload of what kept it from that. */
  async #begin(requestId: string): Promise<FailurePayload | Buffer | undefined> {
    const late = Promise.withResolvers<Limit>()
    const timer = setTimeout(() => late.resolve({ end: 'time' }), this.#options.initMilliseconds)
    const ready = this.#api.ready.then(() => undefined)
    try {
      const early = await Promise.race([this.#api.failed, ready, this.#ended, late.promise])
      if (early === undefined || Buffer.isBuffer(early)) return early
      if (early.end === 'time') return timedOut(requestId, this.#options.initMilliseconds / 1000)
      if (early.end === 'exit' && isNotStarted(early.status)) return noEntry(requestId, this.#options.program.entry)
      return this.#failureOf(requestId, early)
    } finally {
      clearTimeout(timer)
    }
  }

  #failureOf(requestId: string, ended: End | Limit): FailurePayload {
    switch (ended.end) {
      case 'exit':
        return exited(requestId, ended.status)
      case 'start':
        return noEntry(requestId, `fork/exec: ${ended.reason}`)
      case 'time':
        return timedOut(requestId, this.#options.version.timeoutSeconds)
      default:
        return exited(requestId, 'SIGKILL')
    }
  }

  async #over(payload: FailurePayload | Buffer): Promise<EnvironmentReply> {
    await this.close()
    const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload))
    if (!Buffer.isBuffer(payload)) this.#log?.note(payload.errorMessage)
    return { payload: bytes, functionError: true }
  }

  #replyOf(reply: RuntimeReply): EnvironmentReply {
    if (reply.kind === 'too-large') {
      return { payload: Buffer.from(JSON.stringify(responseTooLarge(largestPayload))), functionError: true }
    }
    return { payload: reply.payload, functionError: reply.kind === 'error' }
  }

  /** Resolves when a bound is reached. */
  #watch(milliseconds: number, memoryBytes: number, log: InvocationLog) {
    const { promise: limit, resolve } = Promise.withResolvers<Limit>()
    const sample = () => {
      this.mostMemory = Math.max(this.mostMemory, residentBytes(this.#marks))
      if (this.mostMemory > memoryBytes) resolve({ end: 'memory' })
      else if (log.bytes > mostOutputBytes) resolve({ end: 'output' })
    }
    const timer = setTimeout(() => resolve({ end: 'time' }), milliseconds)
    const sampler = setInterval(sample, sampleMilliseconds)
    return {
      limit,
      stop: () => {
        clearTimeout(timer)
        clearInterval(sampler)
        if (this.mostMemory === 0) sample()
      },
    }
  }

  #listen(stream: NodeJS.ReadableStream | null): void {
    const cutter = new LineCutter((line) => this.#log?.line(line))
    stream?.on('data', (chunk: Buffer) => cutter.push(chunk))
    stream?.on('end', () => cutter.flush())
    stream?.on('error', () => undefined)
  }
}

/** What a shell says of a program that is not there, or may not be executed. */
function isNotStarted(status: number | NodeJS.Signals): boolean {
  return status === 126 || status === 127
}

function start(options: EnvironmentOptions, api: RuntimeApi, folder: string, marker: string): ChildProcess {
  const { version, credentials, program, codeFolder, isolation, uid, endpoints } = options
  const temporary = isolation.bubblewrap === undefined ? folder : '/tmp'
  const environment = environmentOf({
    version,
    credentials,
    program,
    codeFolder,
    temporary,
    runtimeApi: api.address,
    endpoints,
  })
  const [name = '', value = ''] = marker.split('=')
  const [file, ...args] = isolated(isolation, {
    command: program.command(codeFolder),
    codeFolder,
    temporaryFolder: folder,
    reads: program.reads,
    uid,
  })
  return spawn(file, args, {
    cwd: codeFolder,
    env: { ...environment, [name]: value },
    stdio: [...options.files],
    detached: true,
    ...(uid !== undefined && { uid, gid: uid }),
  })
}
