import { profileKind, withId } from './kind.ts'
import { operation } from './operation.ts'
import { profileDetail } from './wire.ts'

/** A profile by its id. */
export const getProfile = operation('GetProfile', {
  on: ({ profileId }, finding) => withId(profileKind, profileId, finding),
  handle: async (_input, record) => ({ profile: profileDetail(record) }),
})
