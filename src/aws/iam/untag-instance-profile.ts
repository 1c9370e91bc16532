import { instanceProfileNamed, saveInstanceProfile } from './instance-profile.ts'
import { operation } from './operation.ts'
import { removeTags } from './tags.ts'

/** Takes tags off an instance profile; those it does not have are no error. */
export const untagInstanceProfile = operation('UntagInstanceProfile', {
  on: instanceProfileNamed,
  async handle(input, profile, context) {
    saveInstanceProfile({ ...profile, tags: removeTags(profile.tags, input.TagKeys) }, context)
    return {}
  },
})
