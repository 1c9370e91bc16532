import { reservedTag, tooManyTags } from './messages.ts'
import type { FunctionRecord } from './records.ts'

const mostTags = 50

/** Tags with others added: a key that is there keeps its place and gets the new value. */
export function withTags(
  tags: FunctionRecord['tags'],
  added: Readonly<Record<string, string>> | undefined,
): FunctionRecord['tags'] {
  const values = new Map(tags)
  for (const [key, value] of Object.entries(added ?? {})) {
    if (/^aws:/i.test(key)) throw reservedTag()
    values.set(key, value)
  }
  if (values.size > mostTags) throw tooManyTags(mostTags)
  return [...values]
}

export function wireTags(tags: FunctionRecord['tags']): Readonly<Record<string, string>> {
  const values: Record<string, string> = Object.create(null)
  for (const [key, value] of tags) values[key] = value
  return values
}
