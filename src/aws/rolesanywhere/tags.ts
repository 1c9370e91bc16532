import type { Tag } from '../models/rolesanywhere.ts'
import { reservedTag, tooManyTags } from './messages.ts'
import type { AnyRecord } from './records.ts'

type Tags = AnyRecord['tags']

const mostTags = 50

/** Tags with others added: a key that is there keeps its place and gets the new value. */
export function newTags(tags: Tags, added: readonly Tag[] = []): Tags {
  const values = new Map(tags)
  for (const { key, value } of added) {
    const name = key.reveal()
    if (/^aws:/i.test(name)) throw reservedTag()
    values.set(name, value.reveal())
  }
  if (values.size > mostTags) throw tooManyTags(mostTags)
  return [...values]
}

export function tagValues(tags: Tags): Record<string, string> {
  const values: Record<string, string> = Object.create(null)
  for (const [key, value] of tags) values[key] = value
  return values
}
