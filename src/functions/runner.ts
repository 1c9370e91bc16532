import { chmodSync, copyFileSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { CodeFolders } from './code-folders.ts'
import { childFiles } from './descriptors.ts'
import { Environment } from './environment.ts'
import { FunctionLog, InvocationLog } from './function-log.ts'
import type { FunctionVersion, InvocationRequest, InvocationResult } from './function-version.ts'
import { findIsolation, isConfined, type Isolation, type UidRange } from './isolation.ts'
import { makeOwnFolder, removeAbandonedFolders } from './own-folder.ts'
import { findPrograms, nodeClient, type Program, pythonClient } from './program.ts'
import type { RuntimeName } from './runtimes.ts'
import { takeUid, type UidLease } from './uid-lease.ts'

export interface RunnerOptions {
  readonly clock: Clock
  /** Variables that point functions at this server, such as `AWS_ENDPOINT_URL`. */
  readonly endpoints: () => Readonly<Record<string, string>>
  /** Where unpacked code and temporary folders are made; a temporary folder of its own by default. */
  readonly folder?: string | undefined
  /** Where each function's log file is; none are written by default. */
  readonly logFolder?: string | undefined
  /** Modules for Node handlers beside their own, such as the AWS SDK that Lambda has. */
  readonly nodePath?: string | undefined
  /** Where programs are looked for. */
  readonly path?: string
  /** User ids for functions where this server runs as root. */
  readonly uids?: UidRange | 'off'
  readonly bubblewrap?: 'auto' | 'off'
  /** Runs functions as this server's own user even where nothing keeps them from what that user may read. */
  readonly unconfined?: boolean | undefined
  /** How many functions may run at once. */
  readonly atOnce?: number
  readonly idleMilliseconds?: number
  readonly initMilliseconds?: number
}

/** What others see of the runner. */
export type FunctionHost = Pick<FunctionRunner, 'invoke' | 'forget' | 'programOf'>

/** A range that neither Debian nor systemd gives to anybody (systemd, «Users, Groups, UIDs and GIDs»). */
const defaultUids = { first: 60_600, count: 500 }
const mostOpenLogs = 64
const systemPath = '/usr/local/bin:/usr/bin:/bin'

interface Idle {
  readonly environment: Environment
  readonly versionId: string
  readonly release: () => void
  timer?: NodeJS.Timeout
}

/** Runs functions: each event in a process that is there already, or in a new one. */
export class FunctionRunner {
  readonly isolation: Isolation
  readonly #options: RunnerOptions & { readonly atOnce: number; readonly idleMilliseconds: number }
  readonly #folder: string
  readonly #code: CodeFolders
  readonly #programs: (runtime: RuntimeName) => Program | undefined
  readonly #files = childFiles()
  readonly #idle: Idle[] = []
  readonly #busy = new Map<string, number>()
  readonly #environments = new Set<Environment>()
  readonly #logs = new Map<string, FunctionLog>()
  #running = 0
  #stopping = false

  constructor(options: RunnerOptions) {
    this.#options = { atOnce: 16, idleMilliseconds: 5 * 60_000, ...options }
    const { path = systemPath, uids = defaultUids, bubblewrap = 'auto', nodePath } = options
    this.isolation = findIsolation({ path, uids, bubblewrap })
    const parent = options.folder ?? tmpdir()
    this.#folder = makeOwnFolder(parent)
    void removeAbandonedFolders(parent, statSync(this.#folder).mtimeMs)
    const [clients, code] = ['clients', 'code'].map((name) => join(this.#folder, name)) as [string, string]
    for (const folder of [clients, code]) mkdirSync(folder, { mode: 0o755 })
    for (const name of [nodeClient, pythonClient]) {
      copyFileSync(new URL(name, import.meta.url), join(clients, name))
      chmodSync(join(clients, name), 0o444)
    }
    this.#code = new CodeFolders(code)
    this.#programs = findPrograms({ clients, path, nodePath, uid: this.isolation.uids?.first })
  }

  /** The program behind a runtime, such as `node-24.15.0`; nothing where this machine has none. */
  programOf(runtime: RuntimeName): string | undefined {
    return this.#programs(runtime)?.name
  }

  /** Runs one event to its end. Rejects only for troubles of this machine. */
  async invoke(version: FunctionVersion, request: InvocationRequest): Promise<InvocationResult> {
    if (this.#stopping) return { refused: 'stopping' }
    if (!isConfined(this.isolation) && !this.#options.unconfined) return { refused: 'unconfined' }
    const busy = this.#busy.get(version.id) ?? 0
    if (this.#running >= this.#options.atOnce || busy >= (version.concurrency ?? Infinity))
      return { refused: 'throttled' }
    this.#running++
    this.#busy.set(version.id, busy + 1)
    try {
      for (let idle = this.#takeIdle(version); idle; idle = this.#takeIdle(version)) {
        const result = await this.#run(idle, version, request)
        if (result !== 'gone') return result
      }
      const opened = await this.#open(version, request)
      if ('refused' in opened) return opened
      const result = await this.#run(opened, version, request)
      return result === 'gone' ? { refused: 'stopping' } : result
    } finally {
      this.#running--
      const left = (this.#busy.get(version.id) ?? 1) - 1
      if (left === 0) this.#busy.delete(version.id)
      else this.#busy.set(version.id, left)
    }
  }

  /** Ends the idle processes of the versions whose ids begin so: nobody will ask for them again. */
  forget(prefix: string): void {
    for (const idle of this.#idle.filter(({ versionId }) => versionId.startsWith(prefix))) void this.#retire(idle)
  }

  /** Ends every process, busy ones too. */
  async stop(): Promise<void> {
    this.#stopping = true
    for (const { timer } of this.#idle.splice(0)) clearTimeout(timer)
    await Promise.all([...this.#environments].map((environment) => environment.close()))
    for (const log of this.#logs.values()) log.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #run(taken: Idle, version: FunctionVersion, request: InvocationRequest): Promise<InvocationResult | 'gone'> {
    const { requestId, payload, clientContext, calledArn = version.arn, redact = [] } = request
    const { environment } = taken
    const { secretAccessKey, sessionToken } = environment.credentials
    const log = new InvocationLog(this.#logOf(version), [...redact, secretAccessKey, sessionToken])
    const began = performance.now()
    log.note(`START RequestId: ${requestId} Version: ${version.version}`)
    const reply = await environment.invoke({ requestId, payload, clientContext, functionArn: calledArn }, log)
    if (reply === 'gone') {
      await this.#retire(taken)
      return reply
    }
    await outputArrived()
    const milliseconds = performance.now() - began
    log.note(`END RequestId: ${requestId}`)
    log.note(
      `REPORT RequestId: ${requestId}\tDuration: ${milliseconds.toFixed(2)} ms\tBilled Duration: ${Math.ceil(milliseconds)} ms\t` +
        `Memory Size: ${version.memoryMegabytes} MB\tMax Memory Used: ${Math.ceil(environment.mostMemory / 1024 / 1024)} MB\t`,
    )
    await this.#giveBack(taken)
    return { ...reply, logTail: log.tail }
  }

  /** A process that waits for this version, whose credentials have more than half of their time before them. */
  #takeIdle({ id }: FunctionVersion): Idle | undefined {
    for (const idle of this.#idle.filter(({ versionId }) => versionId === id)) {
      const { issuedAt, expiresAt } = idle.environment.credentials
      if (idle.environment.alive && this.#options.clock.now() < issuedAt + (expiresAt - issuedAt) / 2) {
        this.#idle.splice(this.#idle.indexOf(idle), 1)
        clearTimeout(idle.timer)
        return idle
      }
      void this.#retire(idle)
    }
    return undefined
  }

  async #open(
    version: FunctionVersion,
    request: InvocationRequest,
  ): Promise<Idle | { refused: 'code-unusable' | 'no-runtime' | 'stopping' }> {
    const program = this.#programs(version.runtime)
    if (!program) return { refused: 'no-runtime' }
    const code = await this.#code.use(version.code)
    if ('refused' in code) return { refused: 'code-unusable' }
    let lease: UidLease | undefined
    const release = () => {
      code.release()
      lease?.release()
    }
    try {
      await this.#makeRoom()
      lease = this.isolation.uids && (await takeUid(this.isolation.uids))
      const environment = await Environment.open({
        version,
        credentials: await request.credentials(),
        program,
        codeFolder: code.path,
        root: this.#folder,
        isolation: this.isolation,
        uid: lease?.uid,
        endpoints: this.#options.endpoints(),
        initMilliseconds: this.#options.initMilliseconds ?? 10_000,
        files: this.#files,
        now: () => this.#options.clock.real(),
      })
      if (this.#stopping) {
        await environment.close()
        release()
        return { refused: 'stopping' }
      }
      this.#environments.add(environment)
      return { environment, versionId: version.id, release }
    } catch (error) {
      release()
      throw error
    }
  }

  async #giveBack(taken: Idle): Promise<void> {
    if (this.#stopping || !taken.environment.alive) return this.#retire(taken)
    taken.timer = setTimeout(() => void this.#retire(taken), this.#options.idleMilliseconds).unref()
    this.#idle.push(taken)
  }

  /** Waiting processes give way to new ones: there are never more of both than may run at once. */
  async #makeRoom(): Promise<void> {
    const [oldest] = this.#idle
    if (oldest && this.#environments.size >= this.#options.atOnce) await this.#retire(oldest)
  }

  async #retire(idle: Idle): Promise<void> {
    const at = this.#idle.indexOf(idle)
    if (at !== -1) this.#idle.splice(at, 1)
    clearTimeout(idle.timer)
    if (!this.#environments.delete(idle.environment)) return
    await idle.environment.close()
    idle.release()
  }

  #logOf({ arn, name }: FunctionVersion): FunctionLog {
    const { logFolder } = this.#options
    const key = arn.split(':').slice(3, 7).join('-')
    const known = this.#logs.get(key)
    if (known) return known
    const [oldest] = this.#logs
    if (oldest && this.#logs.size >= mostOpenLogs) {
      oldest[1].close()
      this.#logs.delete(oldest[0])
    }
    const log = new FunctionLog(logFolder === undefined ? undefined : join(logFolder, `${fileName(key, name)}.log`))
    this.#logs.set(key, log)
    return log
  }
}

function fileName(key: string, name: string): string {
  const text = key === '' ? name : key
  return text.replaceAll(/[^A-Za-z0-9_.-]/g, '_')
}

/** What a process wrote before it answered is in the pipe by now, and is read in the next turns. */
async function outputArrived(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}
