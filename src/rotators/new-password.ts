import { assert } from '../base/assert.ts'
import { randomPassword } from '../base/random-password.ts'
import { Secret } from '../base/secret.ts'
import type { PasswordShape } from './database.ts'

/** A password with a letter of either case, a digit and a sign, as policies of databases ask for. */
export function newPassword({ length, excluded, startsWithLetter = false }: PasswordShape): Secret<string> {
  for (;;) {
    const made = randomPassword({
      length,
      excluded,
      numbers: true,
      punctuation: true,
      uppercase: true,
      lowercase: true,
      space: false,
      requireEach: true,
    })
    assert('password' in made, 'the shape of an engine’s passwords leaves some of each kind')
    if (!startsWithLetter || /^[A-Za-z]/.test(made.password)) return new Secret(made.password)
  }
}
