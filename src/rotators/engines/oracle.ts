import type { Secret } from '../../base/secret.ts'
import { type DatabaseEngine, DatabaseFault, type DatabaseSession, type Login } from '../database.ts'
import { cloneUser, quoted } from './oracle-clone.ts'
import { connectOracle } from './oracle-driver.ts'

/** Oracle Database from 12.1 on. */
export const oracle: DatabaseEngine = {
  names: ['oracle'],
  port: 1521,
  // Bytes, from 12.2 on. 12.1 has 30, and says so itself before anything is changed.
  longestUser: 128,
  // Up to 21c a password has at most 30 bytes (Security Guide, «Minimum Requirements for Passwords»).
  password: { length: 30, excluded: '/@"\'\\;& ', startsWithLetter: true },
  open: openSession,
}

async function openSession(login: Login): Promise<DatabaseSession> {
  const { user } = login
  const { run, close } = await connectOracle(login, quoted(stored(user)))
  return {
    // With the present one, which whoever may not change users has to give if his profile verifies passwords (ORA-28221).
    changeOwnPassword: async (next, present) =>
      void (await run(
        `ALTER USER ${quoted(stored(user))} IDENTIFIED BY ${newPassword(next)} REPLACE ${quoted(present.reveal())}`,
      )),
    changePassword: async (other, next) =>
      void (await run(`ALTER USER ${quoted(stored(other))} IDENTIFIED BY ${newPassword(next)}`)),
    // A clone is locked until it has all its rights: one that is not whole does not count.
    hasUser: async (other) =>
      (
        await run("SELECT 1 FROM dba_users WHERE username = :name AND account_status NOT LIKE '%LOCKED%'", {
          name: stored(other),
        })
      ).length > 0,
    cloneUser: async (from, to, next) => cloneUser(run, stored(from), stored(to), newPassword(next)),
    close,
  }
}

/** Names without quotes are stored in capitals; one that could not be written so is taken as it is. */
function stored(name: string): string {
  return /^[A-Za-z][A-Za-z0-9_$#]*$/.test(name) ? name.toUpperCase() : name
}

function newPassword(password: Secret<string>): string {
  const text = password.reveal()
  if (text.includes('"')) throw new DatabaseFault('password-refused', 'quote')
  return quoted(text)
}
