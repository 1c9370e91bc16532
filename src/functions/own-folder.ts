import { chmodSync, mkdtempSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { chmod, lchown, lstat, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isUidInUse } from './process-tree.ts'

const prefix = 'keyturn-functions-'
const ownerFile = 'owner.json'
const mode = 0o711
/** Environments' own folders, which belong to the users that functions run as. */
const temporary = 'tmp-'
const unfinishedMilliseconds = 60 * 60_000
const mostFolders = 1_000

/** A process, told from all others that had its number before or have it elsewhere. */
interface Owner {
  readonly pid: number
  /** In ticks since the machine started, as proc(5) tells it. */
  readonly startedAt: string
  readonly bootId: string
  /** Containers may share a folder and have numbers of their own. */
  readonly pidNamespace: string
}

/** Makes a folder for this process alone. Others may pass through to what they know the name of, and see nothing of the rest. */
export function makeOwnFolder(parent: string): string {
  const folder = mkdtempSync(join(parent, prefix))
  const owner = thisProcess()
  if (owner) writeFileSync(join(folder, ownerFile), JSON.stringify(owner), { mode: 0o600, flag: 'wx' })
  chmodSync(folder, mode)
  return folder
}

/**
 * Removes the folders of processes that are gone: a server that was killed could not. Folders that somebody else could have made or
 * written to are left alone, as are those whose processes cannot be told, where the system says nothing of processes (`/proc`).
 * `nowMs` is the time of the file system. Answers how many were removed.
 */
export async function removeAbandonedFolders(parent: string, nowMs: number): Promise<number> {
  const self = thisProcess()
  if (!self) return 0
  const names = (await readdir(parent).catch(() => [])).filter((name) => name.startsWith(prefix))
  let removed = 0
  for (const name of names.slice(0, mostFolders)) {
    const folder = join(parent, name)
    try {
      if (!(await isAbandoned(folder, self, nowMs)) || !(await closeToOthers(folder))) continue
      await rm(folder, { recursive: true, force: true })
      removed++
    } catch {
      // Another process was quicker, or may not; whoever starts next tries again.
    }
  }
  return removed
}

async function isAbandoned(folder: string, self: Owner, nowMs: number): Promise<boolean> {
  const found = await lstat(folder)
  if (!found.isDirectory() || found.uid !== process.getuid?.()) return false
  const permissions = found.mode & 0o7777
  if (permissions !== mode && permissions !== 0o700) return false
  const owner = await readOwner(folder)
  // Killed before it could say whose it is, or about to say it.
  if (owner === undefined) return found.mtimeMs + unfinishedMilliseconds < nowMs
  if (owner.bootId !== self.bootId) return true
  return owner.pidNamespace === self.pidNamespace && startOf(owner.pid) !== owner.startedAt
}

/**
 * Whether nothing can get into the way of removing a folder. What functions left there is their users', who could put links in the
 * place of folders meanwhile: they are shut out first, and whoever is still inside has the folder stay.
 */
async function closeToOthers(folder: string): Promise<boolean> {
  const uid = process.getuid?.() as number
  const strangers = new Set<number>()
  for (const name of await readdir(folder)) {
    if (!name.startsWith(temporary)) continue
    const path = join(folder, name)
    const found = await lstat(path)
    if (found.uid !== uid) strangers.add(found.uid)
    if (!found.isDirectory()) continue
    await lchown(path, uid, found.gid)
    await chmod(path, 0o700)
  }
  return ![...strangers].some(isUidInUse)
}

async function readOwner(folder: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, ownerFile), 'utf8')) as Owner
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Nothing where the system does not tell. */
function thisProcess(): Owner | undefined {
  const startedAt = startOf(process.pid)
  if (startedAt === undefined) return undefined
  try {
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    return { pid: process.pid, startedAt, bootId, pidNamespace: readlinkSync('/proc/self/ns/pid') }
  } catch {
    return undefined
  }
}

/** When a process started; nothing where there is none. See proc(5): `starttime` is the twentieth field behind the name. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
