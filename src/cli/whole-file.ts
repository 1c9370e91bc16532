import { closeSync, createReadStream, mkdtempSync, openSync, rmdirSync, rmSync, unlinkSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { syncFolder } from '../base/sync-folder.ts'
import { CliError } from './output.ts'

/** Standard input or output in the place of a file. */
export const standard = '-'

export function readFileOr(standardInput: NodeJS.ReadableStream, file: string): AsyncIterable<Buffer> {
  if (file === standard) return standardInput as AsyncIterable<Buffer>
  return createReadStream(file, { highWaterMark: 256 * 1024 })
}

const mostHeldBytes = 64 * 1024 * 1024

/**
 * Writes bytes where nobody sees them until they are all there: a file that only its owner may read appears under its name when
 * it is whole, and standard output is begun when the source has ended. Answers how many bytes there were.
 */
export async function writeWhole(file: string, source: AsyncIterable<Uint8Array>): Promise<number> {
  return file === standard ? writeHeld(source) : writeBeside(file, source)
}

async function writeHeld(source: AsyncIterable<Uint8Array>): Promise<number> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of source) {
    size += chunk.length
    if (size > mostHeldBytes)
      throw new CliError('More than 64 MiB are not held in memory until they are verified: name a file with --output.')
    chunks.push(chunk)
  }
  for (const chunk of chunks) await writeTo(process.stdout, chunk)
  return size
}

/** Writes bytes to a stream as they come. */
export async function writeAlong(to: NodeJS.WritableStream, source: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0
  for await (const chunk of source) {
    await writeTo(to, chunk)
    size += chunk.length
  }
  return size
}

function writeTo(to: NodeJS.WritableStream, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => to.write(chunk, (error) => (error ? reject(error) : resolve())))
}

const endings: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

async function writeBeside(file: string, source: AsyncIterable<Uint8Array>): Promise<number> {
  return makeWhole(file, async (beside) => {
    const handle = await open(beside, 'wx', 0o600)
    try {
      let size = 0
      for await (const chunk of source) {
        await handle.writeFile(chunk)
        size += chunk.length
      }
      await handle.sync()
      return size
    } finally {
      await handle.close()
    }
  })
}

/** As `makeWhole`, of a file that must not be there yet: until it is made, an empty one keeps the name. */
export async function makeNew<T>(file: string, make: (beside: string) => Promise<T>): Promise<T> {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new CliError(`${file} is there already, and stays as it is. Name a file that is not there yet.`)
  }
  return makeWhole(file, make, () => unlinkSync(file))
}

/** Has a file made in a folder of its own beside its place; it goes there when it is whole. Where that fails or a signal comes, nothing is left. */
async function makeWhole<T>(
  file: string,
  make: (beside: string) => Promise<T>,
  undo: () => void = () => {},
): Promise<T> {
  const folder = mkdtempSync(join(dirname(file), `.${basename(file).slice(0, 100)}.`))
  const beside = join(folder, 'unfinished')
  const discard = () => {
    rmSync(folder, { recursive: true, force: true })
    undo()
  }
  const stop = (signal: NodeJS.Signals) => {
    discard()
    for (const each of endings) process.removeAllListeners(each)
    process.kill(process.pid, signal)
  }
  for (const signal of endings) process.once(signal, stop)
  try {
    const made = await make(beside)
    await rename(beside, file)
    rmdirSync(folder)
    syncFolder(dirname(file))
    return made
  } catch (error) {
    discard()
    throw error
  } finally {
    for (const signal of endings) process.removeListener(signal, stop)
  }
}
