import { profileKind, remove, withId } from './kind.ts'
import { operation } from './operation.ts'
import { profileDetail } from './wire.ts'

/** Takes a profile away. What came of it before ends with its time. */
export const deleteProfile = operation('DeleteProfile', {
  on: ({ profileId }, finding) => withId(profileKind, profileId, finding),
  handle: async (_input, record, context) => ({ profile: profileDetail(await remove(profileKind, record, context)) }),
})
