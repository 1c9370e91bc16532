import { addTags, type Tag } from '../tags.ts'
import { reservedTag, tooManyTags } from './messages.ts'

export function withTags(present: readonly Tag[], added: Readonly<Record<string, string>> = {}): readonly Tag[] {
  const tags = Object.entries(added).map(([key, value]) => ({ key, value }))
  return addTags(present, tags, { reserved: reservedTag, tooMany: tooManyTags })
}
