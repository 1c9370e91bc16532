import { randomBytes } from 'node:crypto'
import { createReadStream, existsSync, unlinkSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
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
  const beside = join(dirname(file), `.${basename(file).slice(0, 100)}.${randomBytes(6).toString('hex')}`)
  const handle = await open(beside, 'wx', 0o600)
  const discard = () => {
    if (existsSync(beside)) unlinkSync(beside)
  }
  const stop = (signal: NodeJS.Signals) => {
    discard()
    for (const each of endings) process.removeAllListeners(each)
    process.kill(process.pid, signal)
  }
  for (const signal of endings) process.once(signal, stop)
  try {
    let size = 0
    for await (const chunk of source) {
      await handle.writeFile(chunk)
      size += chunk.length
    }
    await handle.sync()
    await handle.close()
    await rename(beside, file)
    return size
  } catch (error) {
    await handle.close().catch(() => undefined)
    discard()
    throw error
  } finally {
    for (const signal of endings) process.removeListener(signal, stop)
  }
}
