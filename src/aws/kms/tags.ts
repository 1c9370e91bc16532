import type { Tag } from '../models/kms.ts'
import { duplicateTags, reservedTags, tooManyTags } from './messages.ts'
import type { KeyRecord } from './records.ts'

type Tags = KeyRecord['tags']

const mostTags = 50

/** Tags with others added; one whose key is there keeps its place and gets the new value. */
export function withTags(present: Tags, added: readonly Tag[]): Tags {
  const keys = new Set(added.map(({ TagKey }) => TagKey))
  if (keys.size < added.length) throw duplicateTags()
  for (const key of keys) if (/^aws:/i.test(key)) throw reservedTags()
  const tags = new Map(present)
  for (const { TagKey, TagValue } of added) tags.set(TagKey, TagValue)
  if (tags.size > mostTags) throw tooManyTags()
  return [...tags]
}
