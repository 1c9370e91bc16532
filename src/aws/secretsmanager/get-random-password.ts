import { Secret } from '../../base/secret.ts'
import { allExcluded, passwordTooShort, typeExcluded } from './messages.ts'
import { noResource } from './no-resource.ts'
import { operation } from './operation.ts'
import { randomPassword } from '../../base/random-password.ts'

const refusals = { 'all-excluded': allExcluded, 'type-excluded': typeExcluded, 'too-short': passwordTooShort } as const

/** Makes a password that nobody keeps. */
export const getRandomPassword = operation('GetRandomPassword', {
  on: noResource,
  async handle(input) {
    const made = randomPassword({
      length: input.PasswordLength ?? 32,
      excluded: input.ExcludeCharacters ?? '',
      numbers: !input.ExcludeNumbers,
      punctuation: !input.ExcludePunctuation,
      uppercase: !input.ExcludeUppercase,
      lowercase: !input.ExcludeLowercase,
      space: input.IncludeSpace ?? false,
      requireEach: input.RequireEachIncludedType ?? true,
    })
    if ('refused' in made) throw refusals[made.refused]()
    return { RandomPassword: new Secret(made.password) }
  },
})
