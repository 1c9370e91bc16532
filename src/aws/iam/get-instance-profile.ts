import { instanceProfileNamed, wireInstanceProfile } from './instance-profile.ts'
import { operation } from './operation.ts'

/** Shows an instance profile with its role. */
export const getInstanceProfile = operation('GetInstanceProfile', {
  on: instanceProfileNamed,
  handle: async (_input, profile, context) => ({
    InstanceProfile: await wireInstanceProfile(profile, context, { withTags: true }),
  }),
})
