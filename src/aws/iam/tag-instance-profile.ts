import { instanceProfileNamed, saveInstanceProfile } from './instance-profile.ts'
import { operation } from './operation.ts'
import { addTags } from './tags.ts'

/** Adds tags to an instance profile, or changes their values. */
export const tagInstanceProfile = operation('TagInstanceProfile', {
  on: instanceProfileNamed,
  async handle(input, profile, context) {
    saveInstanceProfile({ ...profile, tags: addTags(profile.tags, input.Tags) }, context)
    return {}
  },
})
