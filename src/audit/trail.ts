import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readLine } from './chain.ts'
import { findRecords } from './find.ts'
import type { MemorySink } from './memory.ts'

/** The trail as it can be searched. */
export interface Trail {
  /** The events of one request, in the order in which they were recorded; a bounded number of them. */
  byRequest(requestId: string): Promise<readonly unknown[]>
}

const mostOfRequest = 100
const mostChains = 256

/** The chains in a folder: those of every process that writes there. Other machines' are not among them. */
export function folderTrail(folder: string): Trail {
  return {
    async byRequest(requestId) {
      if (!existsSync(folder)) return []
      const chains = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
      for (const { name } of chains.slice(0, mostChains)) {
        const found = await findRecords(join(folder, name), { requestId, limit: mostOfRequest })
        // A request is served, and so recorded, by one process.
        if (found.length > 0) return found.map(({ event }) => event).reverse()
      }
      return []
    },
  }
}

/** What a process that keeps nothing has in memory. */
export function memoryTrail(sink: MemorySink): Trail {
  return {
    async byRequest(requestId) {
      const mark = `"requestID":${JSON.stringify(requestId)}`
      const lines = sink.lines().filter((line) => line.includes(mark))
      const records = lines.map((line) => readLine(line.trimEnd())).filter((record) => record?.requestId === requestId)
      return records.slice(-mostOfRequest).map((record) => record?.event)
    },
  }
}
