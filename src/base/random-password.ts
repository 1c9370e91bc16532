import { randomText } from './ids.ts'

export interface PasswordRules {
  readonly length: number
  /** Characters that must not appear. */
  readonly excluded: string
  readonly numbers: boolean
  readonly punctuation: boolean
  readonly uppercase: boolean
  readonly lowercase: boolean
  readonly space: boolean
  /** Whether each included kind but the space must appear. */
  readonly requireEach: boolean
}

const uppercase = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const lowercase = 'abcdefghijklmnopqrstuvwxyz'
const numbers = '0123456789'
/** As the reference of `ExcludePunctuation` lists it. */
const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'

/**
 * A password of which every one that the rules allow is equally likely: whole passwords are drawn until one has each
 * required kind. The worst rules accept one in about 2,000 draws of four characters.
 */
export function randomPassword(
  rules: PasswordRules,
): { readonly password: string } | { readonly refused: 'type-excluded' | 'all-excluded' | 'too-short' } {
  const excluded = new Set(rules.excluded)
  const left = (alphabet: string) =>
    Array.from(alphabet)
      .filter((character) => !excluded.has(character))
      .join('')
  const kinds = [
    rules.uppercase && uppercase,
    rules.lowercase && lowercase,
    rules.numbers && numbers,
    rules.punctuation && punctuation,
  ]
  const types = kinds.filter((kind) => kind !== false).map(left)
  const pool = types.join('') + (rules.space ? left(' ') : '')
  if (pool === '') return { refused: 'all-excluded' }
  if (!rules.requireEach) return { password: randomText(rules.length, pool) }
  if (types.includes('')) return { refused: 'type-excluded' }
  if (rules.length < types.length) return { refused: 'too-short' }
  for (;;) {
    const password = randomText(rules.length, pool)
    if (types.every((type) => hasOneOf(password, type))) return { password }
  }
}

function hasOneOf(password: string, type: string): boolean {
  for (const character of password) if (type.includes(character)) return true
  return false
}
