import { type ChildProcess, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** The path of a program; servers are often installed where only root looks. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/bin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

interface Owner {
  readonly uid: number
  readonly gid: number
}

/** A temporary folder for a server of somebody else's, and the user to run it as. */
export interface ServerFolder {
  readonly path: string
  readonly owner: Owner | undefined
}

/** `user` is the one that the package of a server makes that refuses to run as root: it is used where this process is root. */
export function makeServerFolder(name: string, user?: string): ServerFolder {
  const path = mkdtempSync(join(tmpdir(), `keyturn-${name}-`))
  const owner = user === undefined ? undefined : unprivileged(user)
  if (owner !== undefined) chownSync(path, owner.uid, owner.gid)
  return { path, owner }
}

export function removeServerFolder({ path }: ServerFolder): void {
  rmSync(path, { recursive: true, force: true })
}

function unprivileged(user: string): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined
  const users = readFileSync('/etc/passwd', 'utf8').split('\n')
  const line = users.find((text) => text.startsWith(`${user}:`)) ?? users.find((text) => text.startsWith('nobody:'))
  const [, , uid, gid] = (line ?? '').split(':')
  return { uid: Number(uid), gid: Number(gid) }
}

interface ServerProgram {
  readonly program: string
  readonly flags: readonly string[]
  readonly folder: ServerFolder
  /** What it says when it takes connections. */
  readonly ready: string
  /** Ends it at once. */
  readonly signal?: NodeJS.Signals
}

/** Starts a server that ends with this process at the latest, and waits until it is ready; rejects with what it said where it ends before. Answers how it is stopped and its folder removed. */
export async function startProgram({
  program,
  flags,
  folder,
  ready,
  signal = 'SIGKILL',
}: ServerProgram): Promise<() => Promise<void>> {
  const server = spawn(program, flags, { ...folder.owner, cwd: folder.path })
  const kill = (): void => void server.kill(signal)
  process.once('exit', kill)
  try {
    await saying(server, ready)
  } catch (failure) {
    process.off('exit', kill)
    throw failure
  }
  return async () => {
    process.off('exit', kill)
    const ended = new Promise((resolve) => server.once('exit', resolve))
    kill()
    await ended
    removeServerFolder(folder)
  }
}

const mostOutput = 100_000

function saying(server: ChildProcess, ready: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = ''
    for (const stream of [server.stdout, server.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        if (output.length < mostOutput) output += chunk.toString()
        if (output.includes(ready)) resolve()
      })
    }
    server.once('error', reject)
    server.once('exit', () => reject(new Error(`It ended before it was ready. ${output}`)))
  })
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
