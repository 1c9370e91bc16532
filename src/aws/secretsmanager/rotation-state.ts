import { cancel, type Due, plan } from '../../schedule/due.ts'
import type { Transaction } from '../../store/store.ts'
import { table } from '../../store/table.ts'
import type { RotationStep } from '../../rotators/rotator.ts'
import type { SecretRecord } from './records.ts'

/** A rotation under way. What it does outside is done step by step, and each step is written down when it is done. */
export interface RotationRun {
  /** `test` runs the test step only, with a version that goes afterwards. */
  readonly mode: 'rotation' | 'test'
  /** The token of the request, which is the id of the pending version; every attempt has the same. */
  readonly versionId: string
  readonly rotationToken: string
  /** The step to be done next. */
  readonly step: RotationStep
  /** The first one is 1. */
  readonly attempt: number
  readonly startedAt: number
  /** Why the last attempt failed. */
  readonly failure?: RotationFailure | undefined
}

export interface RotationFailure {
  readonly step: RotationStep
  readonly at: number
  /** Holds no value of a secret. */
  readonly type: string
  /** As the function or the database said it: for those only who may read the secret. */
  readonly detail?: string | undefined
}

export interface RotationEnd {
  readonly mode: RotationRun['mode']
  readonly versionId: string
  readonly at: number
  readonly result: 'succeeded' | 'failed' | 'abandoned' | 'cancelled'
  readonly failure?: RotationFailure | undefined
}

/** What the service knows of a secret's rotation beside the secret itself. */
export interface RotationState {
  /** When the rotation under way goes on, or the next one begins. */
  readonly plannedAt?: number | undefined
  readonly run?: RotationRun | undefined
  readonly last?: RotationEnd | undefined
}

export const rotation = 'secretsmanager/rotation'

/** Keys: account, region, name, suffix. */
const states = table<RotationState>({ name: 'secretsmanager/rotation', version: 1 })

type StateKey = readonly [account: string, region: string, name: string, suffix: string]

function keyOf({ account, region, name, suffix }: SecretRecord): StateKey {
  return [account, region, name, suffix]
}

function dueOf(secret: SecretRecord, at: number): Due {
  return { at, kind: rotation, id: JSON.stringify(keyOf(secret)) }
}

/** The key of the secret that a job is about. */
export function secretOfJob(id: string): StateKey {
  return JSON.parse(id) as StateKey
}

export async function readRotationState(tx: Transaction, secret: SecretRecord): Promise<RotationState> {
  return (await states.get(tx, ...keyOf(secret))) ?? {}
}

/** Writes the state in place of the one before, and moves the planned work with it. */
export function writeRotationState(
  tx: Transaction,
  secret: SecretRecord,
  before: RotationState,
  after: RotationState,
): void {
  if (before.plannedAt !== after.plannedAt) {
    if (before.plannedAt !== undefined) cancel(tx, dueOf(secret, before.plannedAt))
    if (after.plannedAt !== undefined) plan(tx, dueOf(secret, after.plannedAt))
  }
  states.put(tx, after, ...keyOf(secret))
}

/** Forgets everything, with the secret. */
export async function dropRotation(tx: Transaction, secret: SecretRecord): Promise<void> {
  const { plannedAt } = await readRotationState(tx, secret)
  if (plannedAt !== undefined) cancel(tx, dueOf(secret, plannedAt))
  states.delete(tx, ...keyOf(secret))
}
