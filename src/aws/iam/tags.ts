import { derivation } from '../../store/table.ts'
import type { Tag as WireTag } from '../models/iam.ts'
import { duplicateTagKeys, reservedTagKey, tooManyTags } from './messages.ts'
import type { Tag } from './records.ts'

const mostTags = 50

/** The tags of a request. Keys that differ in case only are the same key. */
export function readTags(tags: readonly WireTag[] | undefined): readonly Tag[] {
  return addTags([], tags)
}

/** Tags with those of a request added; a key that is there already takes the new spelling and value. */
export function addTags(present: readonly Tag[], added: readonly WireTag[] = []): readonly Tag[] {
  const byKey = new Map(present.map((tag) => [tag.key.toLowerCase(), tag]))
  const seen = new Set<string>()
  for (const { Key, Value } of added) {
    const key = Key.toLowerCase()
    if (key.startsWith('aws:')) throw reservedTagKey()
    if (seen.has(key)) throw duplicateTagKeys()
    seen.add(key)
    byKey.set(key, { key: Key, value: Value })
  }
  if (byKey.size > mostTags) throw tooManyTags()
  return [...byKey.values()]
}

export function removeTags(present: readonly Tag[], keys: readonly string[]): readonly Tag[] {
  const removed = new Set(keys.map((key) => key.toLowerCase()))
  return present.filter(({ key }) => !removed.has(key.toLowerCase()))
}

export function wireTags(tags: readonly Tag[]): WireTag[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }))
}

/** The tags as conditions see them. Without a prototype: a key may be `__proto__`. */
export const tagValues = derivation((tags: readonly Tag[]): Readonly<Record<string, string>> => {
  const values: Record<string, string> = Object.create(null)
  for (const { key, value } of tags) values[key] = value
  return values
})
