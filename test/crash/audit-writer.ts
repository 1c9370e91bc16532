import { join } from 'node:path'
import { signingKey } from '../../src/audit/digest.ts'
import { AuditLog } from '../../src/audit/log.ts'
import { Outbox } from '../../src/audit/outbox.ts'
import { recordFor } from '../../src/audit/record.test-support.ts'
import { Segments } from '../../src/audit/segments.ts'
import { keyOf } from '../../src/store/key.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Codec } from '../../src/store/store.ts'

export const plainCodec: Codec = {
  encode: (_key, record) => Buffer.from(JSON.stringify(record)),
  decode: (_key, bytes) => JSON.parse(Buffer.from(bytes).toString()) as unknown,
}

/** Writes records as a server does, changes and reads, and prints the id of each that it may answer, until it is killed. */
async function writeForEver(folder: string, round: string): Promise<void> {
  const store = openStore(await openSqlite({ path: join(folder, 'store.sqlite') }), plainCodec)
  const key = signingKey(process.env['SIGNING_KEY'] as string)
  const log = new AuditLog(new Segments({ folder: join(folder, 'audit'), key, now: Date.now, segmentBytes: 40_000 }))
  const outbox = new Outbox(store, log, 'chain', (error) => {
    throw error
  })
  await outbox.recover()
  for (let number = 0; ; number++) {
    await Promise.all(
      Array.from({ length: 8 }, async (_, lane) => {
        const id = `${round}-${number}-${lane}`
        const record = recordFor({ id }, { pad: 'x'.repeat(200) })
        if (lane % 2 === 0) await log.append([record])
        else {
          await store.transaction(async (tx) => {
            tx.put(keyOf('change', id), { id })
            outbox.stage(tx, [record])
          })
          void outbox.move([record])
        }
        process.stdout.write(`${id}\n`)
      }),
    )
  }
}

const [, path, folder, round] = process.argv
if (path === import.meta.filename && folder !== undefined) await writeForEver(folder, round ?? '')
