import type { Secret } from '../base/secret.ts'

/** The steps of a rotation, in their order (Secrets Manager user guide, «How rotation works»). */
export const rotationSteps = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const
export type RotationStep = (typeof rotationSteps)[number]

/** Why a step failed. */
export interface RotationFault {
  /** A short name without any value in it: it enters the audit trail. */
  readonly type: string
  /** More words, for those who may read the secret. */
  readonly detail?: string | undefined
}

export type StepOutcome = { readonly done: true } | { readonly failed: RotationFault }

export const stepDone: StepOutcome = { done: true }

export function stepFailed(type: string, detail?: string): StepOutcome {
  return { failed: { type, detail } }
}

/** What a function that rotates is told (Secrets Manager user guide, «Lambda rotation functions»). */
export interface RotationEvent {
  readonly Step: RotationStep
  /** Its ARN. */
  readonly SecretId: string
  readonly ClientRequestToken: string
  readonly RotationToken: string
}

/** Something outside that does the steps by itself, and reads and writes the secret over the API. */
export interface RemoteRotator {
  invoke(event: RotationEvent, token: Secret<string>): Promise<StepOutcome>
}

/** The secret under rotation, as a built-in rotator sees it. Each call stands for itself: none is undone by a later one. */
export interface RotatedSecret {
  /** The value under a label; nothing where there is none yet. */
  read(label: 'AWSCURRENT' | 'AWSPENDING' | 'AWSPREVIOUS'): Promise<Secret<string> | undefined>
  /** Fills the pending version, or gives it another value in place of one that nothing outside has taken. */
  putPending(value: Secret<string>): Promise<void>
  /** Makes the pending version the current one; where it is already, nothing happens. */
  makeCurrent(): Promise<void>
  /** The value of the secret whose rights are borrowed. */
  readLender(arn: string): Promise<Secret<string> | undefined>
  /** What `lending` said when the rotation was set up. */
  readonly binding: string | undefined
}

/** What a secret says of the rights that its rotation borrows from another one. */
export type Lending =
  | { readonly arn: string; readonly binding: string }
  | { readonly none: true }
  | { readonly refused: string }

/** Does the steps of a rotation in this process. Every step may be repeated, whatever became of it before. */
export interface Rotator {
  readonly name: string
  /** Whether its steps change nothing outside the store, so that they may run, and run again, inside a transaction. */
  readonly withinStore?: boolean
  /** Whose rights a secret's rotation borrows, and a text that changes with what they are borrowed for. */
  lending?(value: Secret<string>): Lending
  run(step: RotationStep, secret: RotatedSecret): Promise<StepOutcome>
}

export type FoundRotator =
  | { readonly kind: 'built-in'; readonly rotator: Rotator }
  | { readonly kind: 'remote'; readonly rotator: RemoteRotator }

/** Where the secret is. */
export interface RotatorPlace {
  readonly partition: string
  readonly region: string
  readonly account: string
}

/** The rotators besides functions of this server, by what a secret names as its rotation function. */
export interface Rotators {
  /** With the function ARN under which policies know the rotator. */
  find(named: string, place: RotatorPlace): (FoundRotator & { readonly arn: string }) | undefined
  /** Why there is none, in a sentence, for a name that only a rotator can have; nothing for one that may be a function's. */
  whyNone(named: string, place: RotatorPlace): string | undefined
}
