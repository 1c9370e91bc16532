import { keyOf } from '../../src/store/key.ts'
import { openStore } from '../../src/store/open-store.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import { jsonCodec } from '../../src/store/store-conformance.ts'

/**
 * Writes pairs of records and a running count as fast as it can, and says the name of each pair on its output once the
 * commit was answered. Its test kills it at any moment.
 */
const [, , path, run, writers] = process.argv
const store = openStore(await openSqlite({ path: path as string }), jsonCodec)

async function write(writer: number): Promise<void> {
  for (let nth = 0; ; nth++) {
    const name = `${run}-${writer}-${nth}`
    // Some commits are larger than a page of the file, so that they can be torn.
    const padding = 'x'.repeat((nth % 5) * 2000)
    await store.transaction(async (tx) => {
      const counter = keyOf('count', run as string, String(writer))
      const counted = await tx.get<{ count: number }>(counter)
      tx.put(keyOf('pair', name, 'a'), { name, padding })
      tx.put(keyOf('pair', name, 'b'), { name, padding })
      tx.put(counter, { count: (counted?.count ?? 0) + 1 })
    })
    process.stdout.write(`${name}\n`)
  }
}

await Promise.all(Array.from({ length: Number(writers) }, (_, writer) => write(writer)))
