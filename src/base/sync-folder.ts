import { closeSync, fsync, fsyncSync, openSync } from 'node:fs'

/** Makes the names of new files durable: a name is on the disk when its folder is. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** The same off the event loop. Throws at once where the folder cannot be opened: then nothing is lost. */
export function syncFolderLater(folder: string): Promise<void> {
  const descriptor = openSync(folder, 'r')
  return new Promise((resolve, reject) => {
    fsync(descriptor, (error) => {
      closeSync(descriptor)
      if (error) reject(error)
      else resolve()
    })
  })
}
