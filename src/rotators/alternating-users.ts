import {
  bringIntoForce,
  closeQuietly,
  credentialsWork,
  logInAsLender,
  type Manner,
  StepFailure,
} from './database-rotator.ts'
import { stepDone } from './rotator.ts'

const mark = '_clone'

function other(user: string): string {
  return user.endsWith(mark) ? user.slice(0, -mark.length) : user + mark
}

/**
 * Two users who take turns (Secrets Manager user guide, «Rotation strategy: alternating users»): the one of the current version is left
 * alone, so that whoever still has his password goes on. The second user is cloned from the first when it is first needed.
 */
export const alternatingUsers: Manner = {
  nextUser: ({ username }) => other(username),
  baseUser: ({ username }) => (username.endsWith(mark) ? username.slice(0, -mark.length) : username),
  borrows: () => true,
  async setSecret(workshop, versions, secret) {
    const { pending, current } = versions
    if (await credentialsWork(workshop, pending)) return stepDone
    if (!(await credentialsWork(workshop, current))) {
      throw new StepFailure('LoginRefused', 'The database does not take the current password.')
    }
    const lender = await logInAsLender(workshop, alternatingUsers, versions, secret)
    try {
      const there = await lender.hasUser(pending.username)
      await bringIntoForce(workshop, versions, secret, (next) =>
        there
          ? lender.changePassword(pending.username, next)
          : lender.cloneUser(current.username, pending.username, next),
      )
      return stepDone
    } finally {
      await closeQuietly(lender)
    }
  },
}
