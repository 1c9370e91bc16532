import type { AwsError } from './errors.ts'

/** A tag as records hold it. */
export interface Tag {
  readonly key: string
  readonly value: string
}

/** What a service answers to tags that it does not take, and which keys it holds to be the same. */
export interface TagRules {
  readonly reserved: () => AwsError
  readonly tooMany: (most: number) => AwsError
  /** The answer to a key that the request has twice; without it the last one counts. */
  readonly repeated?: () => AwsError
  /** Keys that differ in case only are the same key. */
  readonly caseless?: true
}

/** Of a resource of any service here. */
const mostTags = 50

/** Tags with those of a request added, looked at in their order: a key that is there already keeps its place and takes the new spelling and value. */
export function addTags(present: readonly Tag[], added: Iterable<Tag>, rules: TagRules): readonly Tag[] {
  const { reserved, tooMany, repeated, caseless } = rules
  const fold = caseless ? lowerCase : unchanged
  const byKey = new Map(present.map((tag) => [fold(tag.key), tag]))
  const seen = new Set<string>()
  for (const tag of added) {
    const key = fold(tag.key)
    if (isReserved(key)) throw reserved()
    if (repeated && seen.has(key)) throw repeated()
    seen.add(key)
    byKey.set(key, tag)
  }
  if (byKey.size > mostTags) throw tooMany(mostTags)
  return [...byKey.values()]
}

/** Tags without those of some keys, of which any may be missing. */
export function removeTags(
  present: readonly Tag[],
  keys: Iterable<string>,
  { caseless }: Pick<TagRules, 'caseless'> = {},
): readonly Tag[] {
  const fold = caseless ? lowerCase : unchanged
  const gone = new Set(Array.from(keys, fold))
  return present.filter(({ key }) => !gone.has(fold(key)))
}

/** Whether the key is one of those that AWS keeps for itself. */
export function isReserved(key: string): boolean {
  return /^aws:/i.test(key)
}

/** The tags by their keys, as conditions see them. Without a prototype: a key may be `__proto__`. */
export function tagValues(tags: readonly Tag[]): Readonly<Record<string, string>> {
  const values: Record<string, string> = Object.create(null)
  for (const { key, value } of tags) values[key] = value
  return values
}

const lowerCase = (key: string): string => key.toLowerCase()
const unchanged = (key: string): string => key
