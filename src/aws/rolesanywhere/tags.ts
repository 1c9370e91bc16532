import type { Tag as WireTag } from '../models/rolesanywhere.ts'
import { addTags, type Tag } from '../tags.ts'
import { reservedTag, tooManyTags } from './messages.ts'

export function newTags(present: readonly Tag[], added: readonly WireTag[] = []): readonly Tag[] {
  const tags = added.map(({ key, value }) => ({ key: key.reveal(), value: value.reveal() }))
  return addTags(present, tags, { reserved: reservedTag, tooMany: tooManyTags })
}
