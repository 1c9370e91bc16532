import { change, profileKind, withId } from './kind.ts'
import { operation } from './operation.ts'
import { checkProfile } from './profile-limits.ts'
import { profileDetail } from './wire.ts'

/** Changes what is given of a profile, for sessions made from now on. */
export const updateProfile = operation('UpdateProfile', {
  on: ({ profileId }, finding) => withId(profileKind, profileId, finding),
  async handle(input, record, context) {
    await checkProfile(input, context)
    const { profileId: _id, ...given } = input
    const members = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    return { profile: profileDetail(change(profileKind, record, members, context)) }
  },
})
