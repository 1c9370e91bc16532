import { type CompiledPolicy, compilePolicy } from '../../iam/compile-policy.ts'
import type { PolicyKind } from '../../iam/fault.ts'
import { AssertionFailure } from '../../base/assert.ts'
import { derivation } from '../../store/table.ts'
import { malformedPolicy, trustNotJson } from './messages.ts'
import type { EntityRecord, InlinePolicy, PolicyRecord } from './records.ts'

/** Compiles a document of a request, or answers what is wrong with it. */
export function checkDocument(
  document: string,
  kind: PolicyKind,
  options: { readonly onlyCurrentVersion?: boolean } = {},
): CompiledPolicy {
  const compiled = compilePolicy(document, kind, options)
  if ('policy' in compiled) return compiled.policy
  throw kind === 'trust' && compiled.invalid.kind === 'not-json' ? trustNotJson() : malformedPolicy(compiled.invalid)
}

/** How IAM counts a document's size: without its white space. */
export function documentSize(document: string): number {
  return document.replace(/\s+/g, '').length
}

/** A document in answers: percent-encoded (RFC 3986), which SDKs undo. */
export function wireDocument(document: string): string {
  return encodeURIComponent(document).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** A stored document was valid when it was stored; that it no longer is must never widen what is allowed. */
export function compileStored(
  document: string,
  kind: PolicyKind,
  name: string,
  ids: ReadonlyMap<string, string> = new Map(),
): CompiledPolicy {
  const compiled = compilePolicy(document, kind, { name, ids })
  if ('policy' in compiled) return compiled.policy
  throw new AssertionFailure('a stored policy is valid')
}

const compileInline = derivation((inline: readonly InlinePolicy[]) =>
  inline.map(({ name, document }) => compileStored(document, 'identity', name)),
)

/** The inline policies of an entity, compiled once for its record. */
export function inlinePolicies(entity: EntityRecord): readonly CompiledPolicy[] {
  return compileInline(entity.inline)
}

/** The default version of a managed policy, compiled once for its record. */
export const defaultPolicy = derivation((policy: PolicyRecord): CompiledPolicy => {
  return compileStored(defaultDocument(policy), 'identity', policy.name)
})

export function defaultDocument(policy: PolicyRecord): string {
  const version = policy.versions.find(({ id }) => id === policy.defaultVersion)
  if (version === undefined) throw new AssertionFailure('a policy has its default version')
  return version.document
}
