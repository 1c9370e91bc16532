import type { Tag as WireTag } from '../models/secretsmanager.ts'
import type { Conditions } from '../operation.ts'
import { addTags, isReserved, removeTags, type Tag, type TagRules } from '../tags.ts'
import { duplicateTags, reservedTag, tagKeyRequired, tooManyTags } from './messages.ts'
import type { SecretRecord } from './records.ts'
import { factsOf } from './secret.ts'

const rules: TagRules = { reserved: reservedTag, tooMany: tooManyTags, repeated: duplicateTags }

export function newTags(present: readonly Tag[], added: readonly WireTag[]): readonly Tag[] {
  return addTags(present, given(added), rules)
}

/** One by one, so that the first tag at fault is the one that is told of. */
function* given(tags: readonly WireTag[]): Generator<Tag> {
  for (const { Key: key, Value: value = '' } of tags) {
    if (!key) throw tagKeyRequired()
    yield { key, value }
  }
}

export function remainingTags(present: readonly Tag[], removed: readonly string[]): readonly Tag[] {
  if (removed.some(isReserved)) throw reservedTag()
  return removeTags(present, removed)
}

/** What to ask for again with the tags to be: whoever could not change them back may not change them. */
export function demandAfter(action: string, before: SecretRecord, after: SecretRecord) {
  const conditions: Record<string, string | undefined> = {}
  for (const { key } of before.tags ?? []) conditions[`secretsmanager:ResourceTag/${key}`] = undefined
  for (const { key, value } of after.tags ?? []) conditions[`secretsmanager:ResourceTag/${key}`] = value
  return { action, resource: factsOf(after), conditions: conditions satisfies Conditions }
}
