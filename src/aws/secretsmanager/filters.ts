import type { FilterNameStringType } from '../models/secretsmanager.ts'
import type { SecretRecord } from './records.ts'

/** One filter of a list: a value that begins with an exclamation mark must not match. */
export interface SecretFilter {
  readonly key: FilterNameStringType
  readonly values: readonly string[]
}

/** Whether a value fits a secret, apart from its negation. */
type Matcher = (secret: SecretRecord, value: string) => boolean

/**
 * The meaning of each key (API reference, «Filter», and answers of AWS): prefixes with their case, words of a description and
 * of everything without.
 */
const matchers: Readonly<Record<FilterNameStringType, Matcher>> = {
  name: ({ name }, value) => name.startsWith(value),
  description: ({ description = '' }, value) => everyWordBegins(splitWords(value), splitWords(description)),
  'tag-key': ({ tags = [] }, value) => tags.some(({ key }) => key.startsWith(value)),
  'tag-value': ({ tags = [] }, value) => tags.some((tag) => tag.value.startsWith(value)),
  'primary-region': ({ primaryRegion = '' }, value) => primaryRegion !== '' && primaryRegion.startsWith(value),
  'owning-service': ({ owningService = '' }, value) => owningService !== '' && owningService.startsWith(value),
  all: (secret, value) => everyWordBegins(splitName(value), allWords(secret)),
}

/** Whether a secret fits every filter: one value of each, and none that is negated. */
export function fitsAll(secret: SecretRecord, filters: readonly SecretFilter[]): boolean {
  return filters.every(({ key, values }) => fits(values, (value) => matchers[key](secret, value)))
}

/** Whether a secret of this name fits every filter of names: all that can be told without looking at it. */
export function nameFits(name: string, filters: readonly SecretFilter[]): boolean {
  return filters.every(({ key, values }) => key !== 'name' || fits(values, (value) => name.startsWith(value)))
}

function fits(values: readonly string[], matches: (value: string) => boolean): boolean {
  const [wanted, unwanted] = splitNegated(values)
  if (unwanted.some(matches)) return false
  return wanted.length === 0 || wanted.some(matches)
}

function splitNegated(values: readonly string[]): readonly [wanted: string[], unwanted: string[]] {
  const wanted = values.filter((value) => !value.startsWith('!'))
  return [wanted, values.filter((value) => value.startsWith('!')).map((value) => value.slice(1))]
}

/**
 * The shortest list of prefixes one of which every fitting name has, in order, none a prefix of another. The empty prefix
 * alone where no filter says anything of names.
 */
export function namePrefixes(filters: readonly SecretFilter[]): readonly string[] {
  const lists = filters
    .filter(({ key }) => key === 'name')
    .map(({ values }) => splitNegated(values)[0])
    .filter((wanted) => wanted.length > 0)
  const [first = ['']] = lists
  const sorted = [...new Set(first)].sort()
  return sorted.filter((prefix, index) => !sorted.slice(0, index).some((shorter) => prefix.startsWith(shorter)))
}

function everyWordBegins(wanted: readonly string[], words: readonly string[]): boolean {
  return wanted.length > 0 && wanted.every((part) => words.some((word) => word.startsWith(part)))
}

function allWords({ name, description = '', tags = [] }: SecretRecord): readonly string[] {
  return [name, description, ...tags.flatMap(({ key, value }) => [key, value])].flatMap(splitName)
}

function splitWords(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}

/** As `splitWords`, and where the case changes: `SecretOne` is two words, `COMPANYthings` is `COMPAN` and `Ythings`. */
function splitName(text: string): readonly string[] {
  return splitWords(text.replace(/(\p{Ll}|\p{N})(?=\p{Lu})/gu, '$1 ').replace(/(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1 '))
}
