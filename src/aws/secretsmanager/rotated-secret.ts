import { assert } from '../../base/assert.ts'
import { uuid } from '../../base/ids.ts'
import { Secret } from '../../base/secret.ts'
import type { RotatedSecret } from '../../rotators/rotator.ts'
import type { Call } from '../call.ts'
import type { AwsError } from '../errors.ts'
import { type Gateway, invoke } from '../invoke.ts'
import { type Context, type Finding, type Operation, operationsOf, type Outcome } from '../operation.ts'
import { partitionOf } from '../partition.ts'
import type { Platform } from '../platform.ts'
import { describeSecret } from './describe-secret.ts'
import { getSecretValue } from './get-secret-value.ts'
import { tokenInUse } from './messages.ts'
import { serviceSource } from './operation.ts'
import { putSecretValue } from './put-secret-value.ts'
import { type SecretRecord, versions, versionsOf } from './records.ts'
import { replicate } from './replication.ts'
import { arnOf, checkWritable, secret } from './secret.ts'
import { current, holderOf, labelsOf, pending } from './stages.ts'
import { updateSecretVersionStage } from './update-secret-version-stage.ts'
import { checkKeyReach, sealValue, type SecretValue } from './value.ts'
import { findVersion } from './version.ts'
import { writeSecret } from './write-secret.ts'

/** A call that the service makes for the account that owns a secret, under what that account's policies say of itself. */
export async function ownerCall(platform: Platform, { account, region }: SecretRecord): Promise<Call> {
  const arn = `arn:${partitionOf(region)}:iam::${account}:root`
  return {
    requestId: uuid(),
    caller: { principal: { type: 'root', account, arn }, account, arn, id: account, accessKeyId: '' },
    region,
    now: platform.clock.now(),
    sourceIp: serviceSource,
    userAgent: serviceSource,
    tls: undefined,
    moment: await platform.store.look(),
    via: [serviceSource],
  }
}

/** What the service asks for a rotation that it does itself: audited and authorised as a function's requests would be. */
export class RotationRefused extends Error {
  override readonly name = 'RotationRefused'
  readonly code: string

  constructor({ code }: AwsError) {
    super(code)
    this.code = code
  }
}

/** Makes a call for the account that owns the secret under rotation. */
export type Ask = <I, O>(operation: Operation<I, O>, input: I) => Promise<Outcome<O>>

/** Has each call be a transaction of its own. */
export function askEach(gateway: Gateway, found: SecretRecord): Ask {
  return async <I, O>(operation: Operation<I, O>, input: I) =>
    (await invoke(gateway, await ownerCall(gateway.platform, found), operation as Operation, input)) as Outcome<O>
}

/** A secret as a built-in rotator works with it. */
export function rotatedSecret(ask: Ask, found: SecretRecord, versionId: string): RotatedSecret {
  const arn = arnOf(found)
  const must = async <I, O>(operation: Operation<I, O>, input: I): Promise<O> => {
    const { output, refused } = await ask(operation, input)
    if (refused) throw new RotationRefused(refused)
    return output
  }
  const read = async (id: string, stage: string, version?: string): Promise<Secret<string> | undefined> => {
    const input = { SecretId: id, VersionStage: stage, VersionId: version }
    const { output, refused } = await ask(getSecretValue, input)
    if (refused?.code === 'ResourceNotFoundException') return undefined
    if (refused) throw new RotationRefused(refused)
    return output.SecretString
  }
  let filled: boolean | undefined
  const readPending = async () => {
    const value = await read(arn, pending, versionId)
    filled = value !== undefined
    return value
  }
  return {
    binding: found.rotation?.binding,
    read: (label) => (label === pending ? readPending() : read(arn, label)),
    readLender: (id) => read(id, current),
    async putPending(value) {
      if (filled === undefined) await readPending()
      if (!filled) {
        const put = { SecretId: arn, ClientRequestToken: versionId, SecretString: value, VersionStages: [pending] }
        await must(putSecretValue, put)
        filled = true
      } else {
        await must(replacePendingValue, { SecretId: arn, VersionId: versionId, Value: value })
      }
    },
    async makeCurrent() {
      const { VersionIdsToStages: versionsToStages = {} } = await must(describeSecret, { SecretId: arn })
      const holder = Object.entries(versionsToStages).find(([, stages]) => stages.includes(current))?.[0]
      if (holder === versionId) return
      const move = { SecretId: arn, VersionStage: current, MoveToVersionId: versionId, RemoveFromVersionId: holder }
      await must(updateSecretVersionStage, move)
    },
  }
}

interface ReplaceRequest {
  readonly SecretId: string
  readonly VersionId: string
  readonly Value: Secret<string>
}

interface InternalOperations {
  ReplacePendingValue: { input: ReplaceRequest; output: Record<string, never> }
}

/** Gives a pending version another value, where nothing outside has taken the one it had. */
const replacePendingValue = operationsOf<InternalOperations>('secretsmanager')('ReplacePendingValue', {
  action: 'PutSecretValue',
  on: (input: ReplaceRequest, finding: Finding) => secret(input, finding),
  async handle({ VersionId: id, Value: text }, found: SecretRecord, context: Context) {
    checkWritable(found)
    const version = await findVersion(context.tx, found, id)
    const onlyPending = labelsOf(found.stages, id).every((label) => label === pending)
    if (!version || !onlyPending || holderOf(found.stages, pending) !== id) throw tokenInUse(id, arnOf(found))
    checkKeyReach(found, found.kmsKeyId, context)
    const value: SecretValue = { kind: 'string', bytes: new Secret(Buffer.from(text.reveal(), 'utf8')) }
    assert(value.bytes.reveal().length > 0, 'a rotator puts no empty value')
    const sealed = await sealValue(context, found, id, value)
    versions.put(context.tx, { ...version, value: sealed }, ...versionsOf(found), id)
    const after = { ...found, changedAt: context.call.now }
    writeSecret(context.tx, found, await replicate(context, after, { fresh: [{ id, value }] }))
    return {}
  },
})
