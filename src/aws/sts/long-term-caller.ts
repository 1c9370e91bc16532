import type { Caller } from '../call.ts'
import { notWithSession, onlyForUsers } from './messages.ts'

/** Refuses callers that are not a user or root user with long-term credentials of its own. */
export function checkLongTerm(caller: Caller, operation: string): void {
  if (caller.session) throw notWithSession(operation)
  const { type } = caller.principal
  if (type !== 'user' && type !== 'root') throw onlyForUsers(operation)
}

const defaultSeconds = 43_200
const mostRootSeconds = 3600

/** How long a session that a holder of long-term credentials asks for lasts; a root user's is cut to an hour, as AWS does. */
export function ownSessionSeconds(requested: number | undefined, caller: Caller): number {
  const seconds = requested ?? defaultSeconds
  return caller.principal.type === 'root' ? Math.min(seconds, mostRootSeconds) : seconds
}
