import { mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl'

/** Why an archive is not unpacked. */
export type ZipFault =
  | 'no-zip'
  | 'empty'
  | 'too-many-entries'
  | 'too-large'
  | 'suspicious-ratio'
  | 'unsafe-name'
  | 'duplicate-name'
  | 'special-file'
  | 'encrypted'
  | 'unknown-compression'
  | 'damaged'

export interface ZipLimits {
  readonly entries: number
  /** Bytes of all files when unpacked. */
  readonly unpackedBytes: number
  readonly entryBytes: number
}

/** Lambda's own bound for unpacked code is 250 MB (Lambda developer guide, «quotas»). */
export const lambdaZipLimits: ZipLimits = {
  entries: 20_000,
  unpackedBytes: 262_144_000,
  entryBytes: 262_144_000,
}

/** Code shrinks by a factor of five or ten; a thousand is as far as deflate goes. Small files of zeros pass. */
const greatestRatio = 200
const ratioMattersBeyondBytes = 10 * 1024 * 1024

interface PlannedFile {
  readonly path: string
  readonly entry: Entry
  readonly executable: boolean
}

/** An archive whose table of contents was found sound: nothing of it was unpacked yet. */
export interface CheckedZip {
  readonly zip: ZipFile
  readonly folders: readonly string[]
  readonly files: readonly PlannedFile[]
}

/**
 * Looks through the whole table of contents before anything is unpacked. Refused are names that lead out of the folder, links and
 * devices, names that come twice, and archives that would unpack to more than a function may have.
 */
export async function checkZip(
  bytes: Uint8Array,
  limits: ZipLimits = lambdaZipLimits,
): Promise<CheckedZip | { readonly refused: ZipFault }> {
  let zip: ZipFile
  try {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    zip = await fromBufferPromise(buffer, { strictFileNames: true, validateEntrySizes: true })
  } catch {
    return { refused: 'no-zip' }
  }
  if (zip.entryCount === 0) return { refused: 'empty' }
  if (zip.entryCount > limits.entries) return { refused: 'too-many-entries' }
  const contents = new Contents(limits)
  try {
    for await (const entry of zip.eachEntry()) {
      const fault = contents.add(entry)
      if (fault) return { refused: fault }
    }
  } catch (error) {
    return { refused: /file ?name|path/i.test((error as Error).message) ? 'unsafe-name' : 'damaged' }
  }
  if (contents.files.length === 0) return { refused: 'empty' }
  if (contents.size > ratioMattersBeyondBytes && contents.size > bytes.length * greatestRatio) {
    return { refused: 'suspicious-ratio' }
  }
  return { zip, folders: [...contents.folders], files: contents.files }
}

const fileType = 0o170000
const regular = 0o100000
const directory = 0o040000
/** The systems whose archives carry Unix modes: Unix itself and macOS. */
const unixMakers = new Set([3, 19])

class Contents {
  readonly folders = new Set<string>()
  readonly files: PlannedFile[] = []
  size = 0
  readonly #names = new Set<string>()
  readonly #limits: ZipLimits

  constructor(limits: ZipLimits) {
    this.#limits = limits
  }

  add(entry: Entry): ZipFault | undefined {
    const { fileName, uncompressedSize, versionMadeBy, externalFileAttributes, compressionMethod } = entry
    const isFolder = fileName.endsWith('/')
    const path = isFolder ? fileName.slice(0, -1) : fileName
    if (!isSafePath(path)) return 'unsafe-name'
    const mode = unixMakers.has(versionMadeBy >>> 8) ? externalFileAttributes >>> 16 : 0
    const type = mode & fileType
    if (type !== 0 && type !== (isFolder ? directory : regular)) return 'special-file'
    if (this.#names.has(path) || (!isFolder && this.folders.has(path))) return 'duplicate-name'
    if (!this.#addFolders(isFolder ? path : dirname(path))) return 'duplicate-name'
    if (isFolder) return uncompressedSize === 0 ? undefined : 'special-file'
    if (entry.isEncrypted()) return 'encrypted'
    if (compressionMethod !== 0 && compressionMethod !== 8) return 'unknown-compression'
    this.size += uncompressedSize
    if (uncompressedSize > this.#limits.entryBytes || this.size > this.#limits.unpackedBytes) return 'too-large'
    this.#names.add(path)
    this.files.push({ path, entry, executable: (mode & 0o111) !== 0 })
    return undefined
  }

  /** Whether none of the folders on the way is a file. */
  #addFolders(path: string): boolean {
    for (let folder = path; folder !== '.' && !this.folders.has(folder); folder = dirname(folder)) {
      if (this.#names.has(folder)) return false
      this.folders.add(folder)
    }
    return true
  }
}

const longestPath = 1024
const longestName = 255

function isSafePath(path: string): boolean {
  if (path.length === 0 || path.length > longestPath || path.includes('\0') || path.includes('\\')) return false
  if (/^[A-Za-z]:/.test(path)) return false
  return path
    .split('/')
    .every((name) => name !== '' && name !== '.' && name !== '..' && Buffer.byteLength(name) <= longestName)
}

/** Writes a checked archive into an empty folder, files read-only. Nothing is followed: the folder holds only what this made. */
export async function unpackZip(
  { zip, folders, files }: CheckedZip,
  target: string,
): Promise<{ readonly refused: ZipFault } | undefined> {
  for (const folder of folders.toSorted()) await mkdir(join(target, folder), { recursive: true, mode: 0o755 })
  for (const { path, entry, executable } of files) {
    const sound = await writeEntry(zip, entry, join(target, path), executable ? 0o555 : 0o444)
    if (!sound) return { refused: 'damaged' }
  }
  return undefined
}

async function writeEntry(zip: ZipFile, entry: Entry, path: string, mode: number): Promise<boolean> {
  const file = await open(path, 'wx', 0o600)
  try {
    let sum = 0
    const stream = await zip.openReadStreamPromise(entry)
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      sum = crc32(chunk, sum)
      await file.write(chunk)
    }
    await file.chmod(mode)
    return sum === entry.crc32
  } catch (error) {
    // What the file system says is our own trouble; the rest is about the archive.
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw error
    return false
  } finally {
    await file.close()
  }
}
