import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { skipPostgres, startPostgres, type TestPostgres } from '../../test/postgres.ts'
import type { Backend } from './backend.ts'
import type { OpenBackend, OpenedBackend } from './backend.test-support.ts'
import { backendConformance } from './backend-conformance.ts'
import { keyOf } from './key.ts'
import { openPostgres } from './postgres.ts'
import { storeConformance } from './store-conformance.ts'

describe.skipIf(skipPostgres)('PostgreSQL', () => {
  let server: TestPostgres
  let schemas = 0
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.stop())

  const freshSchema = (): string => `test_${++schemas}`
  const open: OpenBackend = async (options) => {
    const schema = freshSchema()
    const backends: Backend[] = []
    const another: OpenedBackend['another'] = async (others = options) => {
      const { connectionString } = server
      const backend = await openPostgres({ connectionString, schema, maximumConnections: 4, ...others })
      backends.push(backend)
      return backend
    }
    return {
      backend: await another(),
      another,
      close: async () => void (await Promise.all(backends.map((backend) => backend.close()))),
    }
  }

  backendConformance('postgres', open)
  storeConformance('postgres', open)

  async function administrate(statement: string, values: unknown[] = []): Promise<number> {
    const client = new Client(server.connectionString)
    await client.connect()
    try {
      return (await client.query(statement, values)).rowCount ?? 0
    } finally {
      await client.end()
    }
  }

  const cutOthers = (): Promise<number> =>
    administrate(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'keyturn'`)

  test('many processes may set up the same database at once', async () => {
    const schema = freshSchema()
    const opening = Array.from({ length: 8 }, () => openPostgres({ connectionString: server.connectionString, schema }))
    const backends = await Promise.all(opening)
    const numbers = await Promise.all(backends.map((backend) => backend.commit([], [])))
    expect(new Set(numbers)).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8]))
    await Promise.all(backends.map((backend) => backend.close()))
  })

  test.each([
    [-1, 'of a build before the first release; this one reads format'],
    [1, 'which a newer release wrote'],
  ])('a database of a format %d away is refused', async (away, refusal) => {
    const schema = freshSchema()
    const { connectionString } = server
    await (await openPostgres({ connectionString, schema })).close()
    await administrate(`UPDATE ${schema}.head SET format = format + $1`, [away])
    await expect(openPostgres({ connectionString, schema })).rejects.toThrow(refusal)
  })

  test('a server that makes every transaction serializable gives the same outcomes', async () => {
    const schema = freshSchema()
    const { connectionString } = server
    const serializable = `${connectionString}?options=${encodeURIComponent('-c default_transaction_isolation=serializable')}`
    const [first, second] = [
      await openPostgres({ connectionString: serializable, schema }),
      await openPostgres({ connectionString: serializable, schema }),
    ]
    const key = keyOf('counter')
    const add = async (backend: Backend): Promise<void> => {
      const [found] = await backend.get([key])
      const next = Buffer.from(String(Number(found ? Buffer.from(found.value).toString() : 0) + 1))
      const outcome = await backend.commit([{ key, version: found?.version ?? 0 }], [{ key, value: next }])
      if (outcome === 'conflict') await add(backend)
    }
    for (let round = 0; round < 20; round++) await Promise.all([add(first), add(second)])
    const [found] = await first.get([key])
    expect(Buffer.from(found?.value ?? []).toString()).toBe('40')
    await Promise.all([first.close(), second.close()])
  })

  test('idle connections that break are replaced, and somebody is told', async () => {
    const failures: Error[] = []
    let told = (): void => {}
    const telling = new Promise<void>((resolve) => (told = resolve))
    const { connectionString } = server
    const onIdleFailure = (failure: Error): void => {
      failures.push(failure)
      told()
    }
    const backend = await openPostgres({ connectionString, schema: freshSchema(), onIdleFailure })
    expect(await backend.commit([], [])).toBe(1)
    expect(await cutOthers()).toBeGreaterThan(0)
    await telling
    expect(failures.length).toBeGreaterThan(0)
    expect(await backend.commit([], [])).toBe(2)
    await backend.close()
  })

  test('connections cut in the middle of commits lose no answered commit and tear none', async () => {
    const schema = freshSchema()
    const backend = await openPostgres({ connectionString: server.connectionString, schema, maximumConnections: 4 })
    const answered: string[] = []
    let rejected = 0
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let count = 0; count < 60 || (rejected === 0 && count < 2000); count++) {
        const name = `${writer}-${count}`
        const value = Buffer.from(name)
        const both = [keyOf('cut', name, 'a'), keyOf('cut', name, 'b')].map((key) => ({ key, value }))
        await backend.commit([], both).then(
          () => answered.push(name),
          (failure: unknown) => {
            expect(failure).toMatchObject({ name: 'BackendFailure' })
            rejected++
          },
        )
      }
    })
    let writing = true
    const cutter = (async () => {
      while (writing) await cutOthers()
    })()
    await Promise.all(writers)
    writing = false
    await cutter
    const found = new Set((await backend.range(keyOf('cut'), keyOf('cuu'), { limit: 10_000 })).map(({ key }) => key))
    for (const name of answered) expect(found.has(keyOf('cut', name, 'a'))).toBe(true)
    for (const key of found)
      expect(found.has((key.slice(0, -1) + (key.endsWith('a') ? 'b' : 'a')) as typeof key)).toBe(true)
    expect(answered.length).toBeGreaterThan(0)
    expect(rejected).toBeGreaterThan(0)
    expect(await backend.head()).toBe(found.size / 2)
    await backend.close()
  })
})
