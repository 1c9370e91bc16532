import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Sink } from './sink.ts'

/**
 * Appends events to a file of mode 0600, one line of JSON each, and waits for the disk. The file is opened anew for each batch,
 * so that it can be rotated by renaming it.
 */
export function fileSink(path: string): Sink {
  return {
    async deliver(events) {
      try {
        await append(path, events.map((event) => `${JSON.stringify(event)}\n`).join(''))
        return events.map(() => ({ taken: true }) as const)
      } catch (error) {
        const reason = (error as NodeJS.ErrnoException).code ?? 'the file cannot be written'
        return events.map(() => ({ failed: 'unavailable', reason }) as const)
      }
    },
    close: () => Promise.resolve(),
  }
}

async function append(path: string, lines: string): Promise<void> {
  const { O_APPEND, O_CREAT, O_RDWR, O_NOFOLLOW } = constants
  const file = await open(path, O_APPEND | O_CREAT | O_RDWR | O_NOFOLLOW, 0o600)
  try {
    await file.appendFile((await endsTorn(file)) ? `\n${lines}` : lines)
    await file.datasync()
  } finally {
    await file.close()
  }
}

/** Whether the last writer was stopped in the middle of a line; what follows must not become part of it. */
async function endsTorn(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat()
  if (size === 0) return false
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] !== 0x0a
}
