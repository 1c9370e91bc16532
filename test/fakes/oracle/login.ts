import type { LoginCall } from './calls.ts'
import { type Database, has, type User } from './database.ts'
import { OracleError } from './tokens.ts'
import { challenge, type Challenge, checkAnswer, makeVerifier, type Pair } from './verifier.ts'

/** A login between its two steps. */
export interface HalfLogin {
  readonly challenge: Challenge
  readonly user: User | undefined
}

/** A name in quotes is taken as it is, and any other in capitals, as in a statement. */
function nameOf(written: string): string {
  return written.startsWith('"') && written.endsWith('"') ? written.slice(1, -1) : written.toUpperCase()
}

/** Whoever comes gets a challenge: it does not show whether there is such a user. */
export function beginLogin(
  { users }: Database,
  { user: written }: LoginCall,
): { readonly half: HalfLogin; readonly pairs: readonly Pair[] } {
  const user = users.get(nameOf(written))
  const { challenge: made, pairs } = challenge(user?.verifier ?? makeVerifier('nobody has it'))
  return { half: { challenge: made, user }, pairs }
}

const mostFailures = 10

/** Throws what a server says to a wrong password, a locked user, an expired password and one who may not log in. */
export function endLogin(
  database: Database,
  { challenge: made, user }: HalfLogin,
  { pairs }: LoginCall,
): { readonly user: User; readonly pairs: readonly Pair[] } {
  if (user?.locked) throw new OracleError(28_000, 'The account is locked.')
  const proof = checkAnswer(made, pairs)
  if (!user || proof === undefined) {
    if (user && ++user.failures >= mostFailures) user.locked = true
    throw new OracleError(1017, 'invalid username/password; logon denied')
  }
  user.failures = 0
  if (user.expired) throw new OracleError(28_001, 'The password has expired.')
  if (!has(database, user, 'CREATE SESSION')) {
    throw new OracleError(1045, `user ${user.name} lacks CREATE SESSION privilege; logon denied`)
  }
  return {
    user,
    pairs: [
      ['AUTH_VERSION_STRING', '- Production'],
      ['AUTH_VERSION_SQL', '26'],
      ['AUTH_VERSION_NO', versions[database.release.name] ?? ''],
      ['AUTH_SESSION_ID', '7'],
      ['AUTH_SERIAL_NUM', '11'],
      ['AUTH_DBNAME', 'ORCL'],
      ['AUTH_SC_SERVICE_NAME', 'orcl'],
      ['AUTH_SVR_RESPONSE', proof],
    ],
  }
}

/** Versions as one number: of 12.1.0.2.0, 19.3.0.0.0 and 23.4.0.24.5. */
const versions: Readonly<Record<string, string>> = { '12.1': '202375680', '19c': '318963712', '23ai': '386138501' }
