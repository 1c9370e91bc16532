import { expect } from 'vitest'
import { type FakeOracle, type FakeOracleOptions, startOracle } from '../../../test/fakes/oracle.ts'
import type { User } from '../../../test/fakes/oracle/database.ts'
import { Secret } from '../../base/secret.ts'
import type { DatabaseSession, Login } from '../database.ts'
import { oracle } from './oracle.ts'

export const first = new Secret('first-password')
export const next = new Secret('Next-password1')

type LoginChange = Partial<Login>

/** A fake of an Oracle server and sessions of the engine on it. */
export interface OracleBench {
  /** The server that runs now. */
  readonly server: () => FakeOracle
  /** Another one in place of it. */
  readonly start: (options?: FakeOracleOptions) => Promise<void>
  /** Ends it, and fails where the driver said what no server knows. */
  readonly stop: () => Promise<void>
  /** As the user JOE with the first password, or as somebody else. */
  readonly open: (more?: LoginChange) => Promise<DatabaseSession>
  readonly openAsAdmin: (more?: LoginChange) => Promise<DatabaseSession>
  readonly asAdmin: <T>(work: (session: DatabaseSession) => Promise<T>) => Promise<T>
  /** Throws if there is no such user. */
  readonly user: (name: string) => User
}

export function oracleBench(): OracleBench {
  let server: FakeOracle | undefined
  const running = () => {
    if (!server) throw new Error('No server runs.')
    return server
  }
  const open = (more: LoginChange = {}) => {
    const limits = { connectMilliseconds: 5_000, statementMilliseconds: 5_000 }
    const place = { host: '127.0.0.1', port: running().port, database: undefined, tls: undefined }
    return oracle.open({ ...place, ...limits, user: 'joe', password: first, ...more })
  }
  const openAsAdmin = (more: LoginChange = {}) => {
    const { user, password } = running().admin
    return open({ user, password: new Secret(password), ...more })
  }
  const stop = async () => {
    const complaints = server?.complaints ?? []
    await server?.stop()
    server = undefined
    expect(complaints).toEqual([])
  }
  return {
    server: running,
    async start(options) {
      await stop()
      server = await startOracle(options)
    },
    stop,
    open,
    openAsAdmin,
    async asAdmin(work) {
      const session = await openAsAdmin()
      try {
        return await work(session)
      } finally {
        await session.close()
      }
    },
    user(name) {
      const found = running().database.users.get(name)
      if (!found) throw new Error(`There is no ${name}.`)
      return found
    },
  }
}
