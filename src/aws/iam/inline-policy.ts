import type { Finding } from '../operation.ts'
import { type EntityKind, saveEntity } from './entity.ts'
import { inlinePoliciesTooLarge, inlinePolicyNotFound, type Noun } from './messages.ts'
import { checkDocument, documentSize } from './policy-document.ts'
import type { EntityRecord, InlinePolicy } from './records.ts'

/** White space does not count against IAM's quota, but a record must stay small. */
const mostStored = 131_072

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

/** Puts an inline policy in place, for one with the same name too. */
export function putInlinePolicy<R extends EntityRecord>(
  kind: EntityKind<R>,
  entity: R,
  policy: InlinePolicy,
  finding: Finding,
): void {
  checkDocument(policy.document, 'identity')
  const others = entity.inline.filter(({ name }) => !same(name, policy.name))
  const inline = [...others, policy].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const counted = inline.reduce((size, { document }) => size + documentSize(document), 0)
  const stored = inline.reduce((size, { document }) => size + document.length, 0)
  if (counted > kind.inlineCharacters || stored > mostStored) {
    throw inlinePoliciesTooLarge(kind.noun, entity.name, kind.inlineCharacters)
  }
  saveEntity(kind, { ...entity, inline }, finding)
}

export function readInlinePolicy(noun: Noun, entity: EntityRecord, name: string): InlinePolicy {
  const policy = entity.inline.find((other) => same(other.name, name))
  if (!policy) throw inlinePolicyNotFound(noun, name)
  return policy
}

export function deleteInlinePolicy<R extends EntityRecord>(
  kind: EntityKind<R>,
  entity: R,
  name: string,
  finding: Finding,
): void {
  const policy = readInlinePolicy(kind.noun, entity, name)
  saveEntity(kind, { ...entity, inline: entity.inline.filter((other) => other !== policy) }, finding)
}
