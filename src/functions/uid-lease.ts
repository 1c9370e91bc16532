import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import type { UidRange } from './isolation.ts'
import { isUidInUse } from './process-tree.ts'

/** A user id that nobody else on this machine takes until it is released. */
export interface UidLease {
  readonly uid: number
  release(): void
}

/**
 * Takes a user id of a range. Servers that share a machine must not take the same one, or each would end the other's functions: an
 * abstract socket of that number says that it is taken, and goes with the process that has it.
 */
export async function takeUid({ first, count }: UidRange): Promise<UidLease> {
  const start = randomInt(count)
  for (let step = 0; step < count; step++) {
    const uid = first + ((start + step) % count)
    const release = await reserve(uid)
    if (!release) continue
    // Left behind by a server that was killed, or somebody else's after all.
    if (!isUidInUse(uid)) return { uid, release }
    release()
  }
  throw new Error('every user id for functions is in use')
}

function reserve(uid: number): Promise<(() => void) | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy())
    server.unref()
    server.once('error', () => resolve(undefined))
    // Exclusive, because processes of a cluster would share the socket otherwise.
    server.listen({ path: `\0keyturn-function-uid-${uid}`, exclusive: true }, () => resolve(() => void server.close()))
  })
}
