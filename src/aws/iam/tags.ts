import { derivation } from '../../store/table.ts'
import type { Tag as WireTag } from '../models/iam.ts'
import * as tags from '../tags.ts'
import { duplicateTagKeys, reservedTagKey, tooManyTags } from './messages.ts'

type Tags = readonly tags.Tag[]

const rules: tags.TagRules = {
  reserved: reservedTagKey,
  tooMany: tooManyTags,
  repeated: duplicateTagKeys,
  caseless: true,
}

/** The tags of a request. */
export function readTags(given: readonly WireTag[] | undefined): Tags {
  return addTags([], given)
}

export function addTags(present: Tags, added: readonly WireTag[] = []): Tags {
  return tags.addTags(
    present,
    added.map(({ Key, Value }) => ({ key: Key, value: Value })),
    rules,
  )
}

export function removeTags(present: Tags, keys: readonly string[]): Tags {
  return tags.removeTags(present, keys, rules)
}

export function wireTags(present: Tags): WireTag[] {
  return present.map(({ key, value }) => ({ Key: key, Value: value }))
}

/** The tags as conditions see them. */
export const tagValues = derivation(tags.tagValues)
