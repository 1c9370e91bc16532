import type { Tag } from '../models/secretsmanager.ts'
import type { Conditions } from '../operation.ts'
import { duplicateTags, reservedTag, tagKeyRequired, tooManyTags } from './messages.ts'
import type { SecretRecord, TagRecord } from './records.ts'
import { factsOf } from './secret.ts'

const mostTags = 50

/** The tags after some were added: a key that is there gets the new value and keeps its place. */
export function newTags(tags: readonly TagRecord[], added: readonly Tag[]): readonly TagRecord[] {
  const values = new Map(tags.map(({ key, value }) => [key, value]))
  const seen = new Set<string>()
  for (const { Key: key, Value: value = '' } of added) {
    if (!key) throw tagKeyRequired()
    checkNotReserved(key)
    if (seen.has(key)) throw duplicateTags()
    seen.add(key)
    values.set(key, value)
  }
  if (values.size > mostTags) throw tooManyTags(mostTags)
  return Array.from(values, ([key, value]) => ({ key, value }))
}

/** The tags without those of some keys, of which any may be missing. */
export function remainingTags(tags: readonly TagRecord[], removed: readonly string[]): readonly TagRecord[] {
  for (const key of removed) checkNotReserved(key)
  const gone = new Set(removed)
  return tags.filter(({ key }) => !gone.has(key))
}

function checkNotReserved(key: string): void {
  if (/^aws:/i.test(key)) throw reservedTag()
}

/** What to ask for again with the tags to be: whoever could not change them back may not change them. */
export function demandAfter(action: string, before: SecretRecord, after: SecretRecord) {
  const conditions: Record<string, string | undefined> = {}
  for (const { key } of before.tags ?? []) conditions[`secretsmanager:ResourceTag/${key}`] = undefined
  for (const { key, value } of after.tags ?? []) conditions[`secretsmanager:ResourceTag/${key}`] = value
  return { action, resource: factsOf(after), conditions: conditions satisfies Conditions }
}
