import { parentPort } from 'node:worker_threads'
import { assert } from '../base/assert.ts'
import { prehashed } from './prehashed.ts'
import type { PrehashedAnswer, PrehashedTask } from './prehashed-thread.ts'

// The thread that makes and checks signatures over digests, one after the other.
assert(parentPort, 'this file runs as a worker')
const port = parentPort

port.on('message', (task: PrehashedTask) => port.postMessage(perform(task)))

function perform({ id, algorithm, key, digest, signature }: PrehashedTask): PrehashedAnswer {
  try {
    const row = prehashed[algorithm]
    if (signature !== undefined) return { id, result: row.verify(key, digest, signature) }
    return { id, result: Uint8Array.from(row.sign(key, digest)) }
  } catch (error) {
    return { id, failed: error instanceof Error ? error.name : 'unknown' }
  }
}
