import type { Tag as WireTag } from '../models/kms.ts'
import { addTags, type Tag } from '../tags.ts'
import { duplicateTags, reservedTags, tooManyTags } from './messages.ts'

export function withTags(present: readonly Tag[], added: readonly WireTag[] = []): readonly Tag[] {
  if (new Set(added.map(({ TagKey }) => TagKey)).size < added.length) throw duplicateTags()
  const tags = added.map(({ TagKey, TagValue }) => ({ key: TagKey, value: TagValue }))
  return addTags(present, tags, { reserved: reservedTags, tooMany: tooManyTags })
}

export function wireTags(tags: readonly Tag[]): WireTag[] {
  return tags.map(({ key, value }) => ({ TagKey: key, TagValue: value }))
}
