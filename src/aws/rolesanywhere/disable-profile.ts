import { change, profileKind, withId } from './kind.ts'
import { operation } from './operation.ts'
import { profileDetail } from './wire.ts'

/** Lets a profile count no more, until it is enabled. */
export const disableProfile = operation('DisableProfile', {
  on: ({ profileId }, finding) => withId(profileKind, profileId, finding),
  handle: async (_input, record, context) => ({
    profile: profileDetail(change(profileKind, record, { enabled: false }, context)),
  }),
})
