import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newSigningKey, signingKey } from './digest.ts'
import type { Sink } from './log.ts'
import { MemorySink } from './memory.ts'
import { recordFor } from './record.test-support.ts'
import { Segments } from './segments.ts'
import { folderTrail, memoryTrail } from './trail.ts'

const record = (requestId: string, eventName: string) =>
  recordFor({ id: `${requestId}-${eventName}`, requestId }, { eventName })

function write(sink: Sink): void {
  sink.write([record('one', 'Decrypt'), record('two', 'ListKeys')])
  sink.write([record('one', 'GetSecretValue')])
}

const names = (events: readonly unknown[]) => events.map((event) => (event as { eventName: string }).eventName)

test('memory finds the events of a request in their order', async () => {
  const sink = new MemorySink()
  write(sink)
  expect(names(await memoryTrail(sink).byRequest('one'))).toEqual(['Decrypt', 'GetSecretValue'])
  expect(await memoryTrail(sink).byRequest('on')).toEqual([])
  expect(await memoryTrail(sink).byRequest('"')).toEqual([])
})

test('so does a folder, in whichever chain of it they are', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-trail-'))
  try {
    expect(await folderTrail(join(folder, 'none')).byRequest('one')).toEqual([])
    const key = signingKey(newSigningKey())
    const chains = ['a-0', 'a-1'].map((chain) => new Segments({ folder: join(folder, chain), key, now: () => 0 }))
    write(chains[1] as Segments)
    expect(names(await folderTrail(folder).byRequest('one'))).toEqual(['Decrypt', 'GetSecretValue'])
    expect(await folderTrail(folder).byRequest('three')).toEqual([])
    for (const chain of chains) await chain.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})
