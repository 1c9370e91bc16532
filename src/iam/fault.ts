/** What a policy is for; it says which elements it must and may not have. */
export type PolicyKind =
  /** Permissions of a user, group or role, their boundary, or a session: no principal. */
  | 'identity'
  /** On a resource, such as a secret: names principals. */
  | 'resource'
  /** Who may assume a role: names principals, no resource. */
  | 'trust'
  /** On a KMS key: names principals. */
  | 'key'
  /** Service control or resource control: may name everybody, nobody else. */
  | 'control'

/** Why a document is not a policy. `statement` counts from 0; `offset` counts UTF-16 units from the document's start. */
export type PolicyFault =
  | { readonly kind: 'too-large'; readonly limit: number }
  | { readonly kind: 'bad-character'; readonly offset: number }
  | { readonly kind: 'not-json'; readonly offset: number }
  | { readonly kind: 'too-deep'; readonly offset: number }
  | { readonly kind: 'duplicate-key'; readonly key: string; readonly offset: number }
  | { readonly kind: 'not-object' }
  | { readonly kind: 'unknown-element'; readonly element: string }
  | { readonly kind: 'wrong-type'; readonly element: string }
  | { readonly kind: 'bad-version'; readonly version: string }
  /** A version that the caller does not accept though it exists. */
  | { readonly kind: 'old-version' }
  | { readonly kind: 'missing-statement' }
  | { readonly kind: 'empty-statement' }
  | { readonly kind: 'too-many-statements'; readonly limit: number }
  | { readonly kind: 'bad-sid'; readonly sid: string }
  | { readonly kind: 'duplicate-sid'; readonly sid: string }
  | { readonly kind: 'missing-effect'; readonly statement: number }
  | { readonly kind: 'bad-effect'; readonly effect: string }
  | { readonly kind: 'both-elements'; readonly element: string; readonly other: string }
  | { readonly kind: 'missing-action'; readonly statement: number }
  | {
      readonly kind: 'bad-action'
      readonly action: string
      readonly problem: 'no-vendor' | 'two-colons' | 'bad-vendor'
    }
  /** A trust policy may speak of assuming the role, and of what goes with that, and of nothing else. */
  | { readonly kind: 'not-assume-role'; readonly action: string }
  | { readonly kind: 'missing-resource'; readonly statement: number }
  | { readonly kind: 'resource-forbidden'; readonly element: string }
  | { readonly kind: 'bad-resource'; readonly resource: string }
  | { readonly kind: 'bad-partition'; readonly resource: string; readonly partition: string }
  | { readonly kind: 'missing-principal'; readonly statement: number }
  | { readonly kind: 'principal-forbidden'; readonly element: string }
  | { readonly kind: 'bad-principal'; readonly principalType: string; readonly principal: string }
  | { readonly kind: 'unknown-operator'; readonly operator: string }
  | { readonly kind: 'bad-condition-value'; readonly operator: string; readonly key: string; readonly value: string }
  | { readonly kind: 'bad-variable'; readonly text: string }

/** Carries a fault out of nested parsing; it never leaves this room. */
class Refusal extends Error {
  readonly fault: PolicyFault

  constructor(fault: PolicyFault) {
    super(fault.kind)
    this.fault = fault
  }
}

export function refuse(fault: PolicyFault): never {
  throw new Refusal(fault)
}

/** What `work` gives, or the fault that it refused with. */
export function orFault<T>(work: () => T): { readonly value: T } | { readonly invalid: PolicyFault } {
  try {
    return { value: work() }
  } catch (error) {
    if (error instanceof Refusal) return { invalid: error.fault }
    throw error
  }
}
