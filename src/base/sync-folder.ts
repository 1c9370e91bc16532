import { closeSync, fsyncSync, openSync } from 'node:fs'

/** Makes the names of new files durable: a name is on the disk when its folder is. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
