import {
  bringIntoForce,
  checked,
  credentialsWork,
  logInAsLender,
  type Manner,
  StepFailure,
  tryLogIn,
  type Versions,
  type Workshop,
} from './database-rotator.ts'
import { type RotatedSecret, stepDone, type StepOutcome } from './rotator.ts'

/**
 * One user whose password changes (Secrets Manager user guide, «Rotation strategy: single user»). The user does it himself, or, where the
 * secret names a `masterarn`, an administrator does.
 */
export const singleUser: Manner = {
  nextUser: ({ username }) => username,
  baseUser: ({ username }) => username,
  borrows: ({ masterarn }) => masterarn !== undefined,
  async setSecret(workshop, versions, secret) {
    const { pending, current } = versions
    // An earlier attempt may have come through although nobody heard of it.
    if (await credentialsWork(workshop, pending)) return stepDone
    if (pending.masterarn !== undefined) {
      const lender = await logInAsLender(workshop, singleUser, versions, secret)
      return changeWith(lender, () =>
        bringIntoForce(workshop, versions, secret, (next) =>
          lender.changePassword(pending.username, next, current.password),
        ),
      )
    }
    return changeByUser(workshop, versions, secret)
  },
}

/** The current password works, or else the previous one, where somebody brought back the database of yesterday. */
async function changeByUser(workshop: Workshop, versions: Versions, secret: RotatedSecret): Promise<StepOutcome> {
  const { current } = versions
  const own = await tryLogIn(workshop, current)
  if (own) {
    return changeWith(own, () =>
      bringIntoForce(workshop, versions, secret, (next) => own.changeOwnPassword(next, current.password)),
    )
  }
  const value = await secret.read('AWSPREVIOUS')
  const previous = value && checked(workshop.engine, value, 'AWSPREVIOUS')
  const same = previous?.username === current.username && previous.host === current.host
  const older = previous && same ? await tryLogIn(workshop, previous) : undefined
  if (!previous || !older) {
    throw new StepFailure('LoginRefused', 'The database takes none of the pending, current and previous passwords.')
  }
  return changeWith(older, () =>
    bringIntoForce(workshop, versions, secret, (next) => older.changeOwnPassword(next, previous.password)),
  )
}

async function changeWith(session: { close(): Promise<void> }, change: () => Promise<void>): Promise<StepOutcome> {
  try {
    await change()
    return stepDone
  } finally {
    await session.close().catch(() => undefined)
  }
}
