import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { assert } from '../base/assert.ts'
import { fromUtf8 } from '../base/bytes.ts'
import { type ReadLine, readLine } from './chain.ts'
import { segmentFiles } from './chain-end.ts'
import { linesOfLater } from './lines.ts'
import { openIndex } from './segment-index.ts'

export type Query = ({ readonly requestId: string } | { readonly principal: string }) & {
  /** The times between which the event happened, in milliseconds since 1970, both included. */
  readonly from?: number
  readonly to?: number
  readonly limit: number
}

const mostFound = 1000
const newline = 0x0a
const usualLine = 4096

/**
 * The newest records of one chain's folder that a query asks for, newest first. Closed segments are asked through their
 * index, the active one is read through; memory is bounded by the limit.
 */
export async function findRecords(folder: string, query: Query): Promise<readonly ReadLine[]> {
  assert(query.limit >= 1 && query.limit <= mostFound, `a search is for 1 to ${mostFound} records`)
  const names = segmentFiles(folder)
  const active = names.at(-1)
  const found = active === undefined ? [] : await readThrough(join(folder, active), query)
  for (const name of names.slice(0, -1).reverse()) {
    if (found.length >= query.limit) break
    await lookUp(folder, name, query, found)
  }
  return found
}

async function readThrough(path: string, query: Query): Promise<ReadLine[]> {
  const mark = markOf(query)
  const found: ReadLine[] = []
  for await (const { bytes, whole } of linesOfLater(path)) {
    // Most lines are somebody else's, and need not be parsed to know it.
    if (!whole || (mark && !bytes.includes(mark))) continue
    const record = wanted(bytes, query)
    if (record && found.push(record) > query.limit) found.shift()
  }
  return found.reverse()
}

/** What stands in the line of every record that is looked for; nothing for an unknown caller, of whom an event says nothing. */
function markOf(query: Query): Buffer | undefined {
  const [name, value] = 'requestId' in query ? ['requestID', query.requestId] : ['principalId', query.principal]
  return value === '' ? undefined : Buffer.from(`"${name}":${JSON.stringify(value)}`)
}

async function lookUp(folder: string, name: string, query: Query, found: ReadLine[]): Promise<void> {
  const index = await openIndex(folder, name)
  try {
    if (index.latest < (query.from ?? 0) || index.earliest > (query.to ?? Number.MAX_SAFE_INTEGER)) return
    const offsets =
      'requestId' in query
        ? await index.candidates('request', query.requestId)
        : await index.candidates('principal', query.principal)
    if (offsets.length === 0) return
    const file = await open(join(folder, name), 'r')
    try {
      for (const offset of offsets.toReversed()) {
        if (found.length >= query.limit) break
        const record = wanted(await lineAt(file, offset), query)
        if (record) found.push(record)
      }
    } finally {
      await file.close()
    }
  } finally {
    await index.close()
  }
}

async function lineAt(file: Awaited<ReturnType<typeof open>>, offset: number): Promise<Buffer> {
  for (let length = usualLine; ; length *= 4) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, offset)
    const end = buffer.subarray(0, bytesRead).indexOf(newline)
    if (end !== -1) return buffer.subarray(0, end)
    if (bytesRead < length) return Buffer.alloc(0)
  }
}

function wanted(bytes: Buffer, query: Query): ReadLine | undefined {
  const text = fromUtf8(bytes)
  const record = text === undefined ? undefined : readLine(text)
  if (!record) return undefined
  const named = 'requestId' in query ? record.requestId === query.requestId : record.principal === query.principal
  return named && record.time >= (query.from ?? 0) && record.time <= (query.to ?? Number.MAX_SAFE_INTEGER)
    ? record
    : undefined
}
