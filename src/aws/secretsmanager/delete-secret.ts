import { alphanumeric, randomText } from '../../base/ids.ts'
import type { DeleteSecretRequest } from '../models/secretsmanager.ts'
import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { cancelDeletion, planDeletion } from './deletion.ts'
import { hasReplicas, markedForDeletion, replicaReadOnly, windowAndForce, windowOutOfRange } from './messages.ts'
import { operation } from './operation.ts'
import { isReplica, type SecretRecord } from './records.ts'
import { arnOf, secret } from './secret.ts'
import { readSecretId, secretArn, type SecretReference } from './secret-id.ts'
import { deleteVersions, tellOfDeletion } from './version-deletion.ts'
import { removeSecret, writeSecret } from './write-secret.ts'

const dayMilliseconds = 24 * 60 * 60_000
const defaultWindowDays = 30

/** A secret, or the name of none: deleting without recovery what is not there succeeds. */
type Deletable = SecretRecord | { readonly absent: SecretReference }

/** Marks a secret for deletion after a recovery window, or deletes it at once. */
export const deleteSecret = operation('DeleteSecret', {
  on: findDeletable,
  conditions: (input) => ({
    'secretsmanager:RecoveryWindowInDays': input.RecoveryWindowInDays,
    'secretsmanager:ForceDeleteWithoutRecovery': input.ForceDeleteWithoutRecovery,
  }),
  async handle(input, found: Deletable, context) {
    const { tx, call } = context
    const { RecoveryWindowInDays: days = defaultWindowDays, ForceDeleteWithoutRecovery: force = false } = input
    checkWindow(input)
    if ('absent' in found) {
      const { account, region, name, suffix = randomText(6, alphanumeric) } = found.absent
      return { ARN: secretArn(account, region, name, suffix), Name: name, DeletionDate: call.now }
    }
    checkDeletable(found)
    const answer = { ARN: arnOf(found), Name: found.name }
    if (force) {
      cancelDeletion(tx, found)
      await deleteVersions(context, found)
      await removeSecret(tx, found)
      return { ...answer, DeletionDate: call.now }
    }
    if (found.deletion) throw markedForDeletion()
    const at = call.now + days * dayMilliseconds
    writeSecret(tx, found, { ...found, deletion: { at }, changedAt: call.now })
    planDeletion(tx, found, at)
    await tellOfDeletion(context, found)
    return { ...answer, DeletionDate: at }
  },
})

async function findDeletable(input: DeleteSecretRequest, finding: Finding): Promise<Resource<Deletable>> {
  const { call } = finding
  const found = await secret(input, finding)
  if ('record' in found) return found
  const reference = readSecretId(input.SecretId, { account: call.caller.account, region: call.region })
  if (!input.ForceDeleteWithoutRecovery || !reference) return found
  const { missing: _, ...facts } = found
  return { ...facts, record: { absent: reference } }
}

function checkWindow({ RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: force }: DeleteSecretRequest): void {
  if (days === undefined) return
  if (force) throw windowAndForce()
  if (days < 7 || days > 30) throw windowOutOfRange()
}

function checkDeletable(secret: SecretRecord): void {
  if (isReplica(secret)) throw replicaReadOnly()
  const regions = secret.replicas?.map(({ region }) => region) ?? []
  if (regions.length > 0) throw hasReplicas(arnOf(secret), regions)
}
