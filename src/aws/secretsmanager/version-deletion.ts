import { ClaimLost } from '../../schedule/scheduler.ts'
import type { Transaction } from '../../store/store.ts'
import { type Gateway, invoke } from '../invoke.ts'
import { type Context, type Operation, operationsOf } from '../operation.ts'
import { serviceSource } from './operation.ts'
import { type SecretRecord, versions, versionsOf } from './records.ts'
import { ownerCall } from './rotated-secret.ts'
import { findRotated } from './rotation-run.ts'

interface VersionReference {
  readonly Secret: SecretRecord
  readonly VersionId: string
}

interface EndRequest {
  readonly Secret: SecretRecord
  /** Which versions go, the one that the record is about last. Nothing is done where there are none any more. */
  readonly Which: (tx: Transaction, found: SecretRecord) => Promise<readonly string[]>
  /** Whether nobody has told yet that these versions are to go. */
  readonly Untold?: boolean
  /** What else becomes of the secret with them. */
  readonly Finish?: (tx: Transaction, found: SecretRecord) => Promise<void>
}

type Nothing = Record<string, never>

/** The service events of versions that go (Secrets Manager user guide, «Logging with CloudTrail»), one for each version. */
interface VersionEvents {
  StartSecretVersionDelete: { input: VersionReference; output: Nothing }
  CancelSecretVersionDelete: { input: VersionReference; output: Nothing }
  EndSecretVersionDelete: { input: EndRequest; output: Nothing }
}

const event = operationsOf<VersionEvents>('secretsmanager')
/** Nobody asks for these: they follow from what was asked for, or from the schedule. */
const internal = { action: 'none', on: findRotated } as const

const start = event('StartSecretVersionDelete', { ...internal, handle: told })
const cancel = event('CancelSecretVersionDelete', { ...internal, handle: told })

async function told({ VersionId: id }: VersionReference, _found: SecretRecord, context: Context): Promise<Nothing> {
  note(context, id)
  return {}
}

const end = event('EndSecretVersionDelete', {
  action: 'none',
  on: ({ Secret }, finding) => findRotated({ Secret, VersionId: '' }, finding),
  async handle({ Which, Untold, Finish }: EndRequest, found: SecretRecord, context) {
    const { tx } = context
    const ids = await Which(tx, found)
    const last = ids.at(-1)
    if (last === undefined) throw new ClaimLost(found.name)
    if (Untold) await tellEach(context, found, start, ids)
    for (const id of ids.slice(0, -1)) await must(context, end, { Secret: found, Which: async () => [id] })
    note(context, last)
    versions.delete(tx, ...versionsOf(found), last)
    await Finish?.(tx, found)
    return {}
  },
})

function note(context: Context, versionId: string): void {
  context.note({ additionalEventData: { SecretId: context.resource.arn, VersionId: versionId } })
}

async function must<I>(context: Context, told: Operation<I, Nothing>, input: I): Promise<void> {
  const { refused } = await context.invoke(told, input, { via: serviceSource })
  if (refused) throw refused
}

async function tellEach(
  context: Context,
  Secret: SecretRecord,
  event: Operation<VersionReference, Nothing>,
  ids: readonly string[],
): Promise<void> {
  for (const VersionId of ids) await must(context, event, { Secret, VersionId })
}

/** Ten times as many as AWS keeps: where the configuration lets a secret have more, nothing is told of the others. */
const mostTold = 1_000

/** The ids of the versions that a secret has, as far as they are told of. */
export async function versionIds(tx: Transaction, secret: SecretRecord): Promise<readonly string[]> {
  if (secret.versions === 0) return []
  const rows = await versions.range(tx, { under: versionsOf(secret), limit: Math.min(secret.versions, mostTold) })
  return rows.map(({ record }) => record.id)
}

/** Tells of the versions that they are to go with their secret. */
export async function tellOfDeletion(context: Context, secret: SecretRecord): Promise<void> {
  await tellEach(context, secret, start, await versionIds(context.tx, secret))
}

/** Tells of the versions that they stay after all. */
export async function tellOfRestoring(context: Context, secret: SecretRecord): Promise<void> {
  await tellEach(context, secret, cancel, await versionIds(context.tx, secret))
}

/** Removes the versions of a secret that are told of, and tells of each. */
export async function deleteVersions(context: Context, secret: SecretRecord): Promise<void> {
  if (secret.versions === 0) return
  await must(context, end, { Secret: secret, Which: versionIds, Untold: secret.deletion === undefined })
}

/** Does the same for a worker, in a transaction of its own. Rejects with `ClaimLost` where none of the versions is there any more. */
export async function endVersions(gateway: Gateway, input: EndRequest): Promise<void> {
  const { refused } = await invoke(gateway, await ownerCall(gateway.platform, input.Secret), end as Operation, input)
  if (refused?.code === 'ResourceNotFoundException') throw new ClaimLost(input.Secret.name)
  if (refused) throw refused
}
