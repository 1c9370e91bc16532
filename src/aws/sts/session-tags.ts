import type { SessionFacts } from '../call.ts'
import type { Tag } from '../models/sts.ts'
import { duplicateTagKeys, inheritedTagKey, reservedTagKey, transitiveKeyMissing } from './messages.ts'

export interface SessionTags {
  readonly tags: readonly (readonly [key: string, value: string])[]
  /** The keys that sessions made from this one inherit. */
  readonly transitive: readonly string[]
}

interface TagInput {
  readonly Tags?: readonly Tag[] | undefined
  readonly TransitiveTagKeys?: readonly string[] | undefined
}

/**
 * The tags of a new session: those of the request, and those that the calling session hands on and nobody may change. Keys
 * that differ in case only are the same key. Source: IAM user guide, «Pass session tags in AWS STS».
 */
export function readSessionTags(
  { Tags = [], TransitiveTagKeys = [] }: TagInput,
  from: SessionFacts | undefined,
): SessionTags {
  const inherited = inheritedTags(from)
  const given = new Map<string, readonly [string, string]>()
  for (const { Key, Value } of Tags) {
    const key = Key.toLowerCase()
    if (key.startsWith('aws:')) throw reservedTagKey()
    if (given.has(key)) throw duplicateTagKeys()
    given.set(key, [Key, Value])
  }
  const transitive = TransitiveTagKeys.map((key) => {
    const tag = given.get(key.toLowerCase())
    if (!tag) throw transitiveKeyMissing()
    return tag[0]
  })
  if (inherited.some(([key]) => given.has(key.toLowerCase()))) throw inheritedTagKey()
  return {
    tags: [...inherited, ...given.values()],
    transitive: [...inherited.map(([key]) => key), ...new Set(transitive)],
  }
}

function inheritedTags(from: SessionFacts | undefined): readonly (readonly [string, string])[] {
  if (!from) return []
  const keys = new Set(from.transitiveTagKeys.map((key) => key.toLowerCase()))
  return Object.entries(from.tags).filter(([key]) => keys.has(key.toLowerCase()))
}
