import { uuid } from '../../base/ids.ts'
import type { Job } from '../../schedule/scheduler.ts'
import { type Gateway, invoke } from '../invoke.ts'
import { type Finding, type Operation, operationsOf } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { notFound } from './messages.ts'
import { serviceSource } from './operation.ts'
import { type SecretRecord, secrets } from './records.ts'
import { replicateTo } from './replication.ts'
import { type RetryId, readRetryCaller } from './replication-retry.ts'
import { arnOf, secretType } from './secret.ts'
import { secretArn } from './secret-id.ts'
import { restoreCaller } from './stored-caller.ts'
import { writeSecret } from './write-secret.ts'

interface RetryRequest {
  readonly SecretId: string
  readonly ReplicaRegion: string
  readonly Account: string
  readonly Name: string
}

interface InternalOperations {
  RetryReplication: { input: RetryRequest; output: Record<string, never> }
}

/** Tries a failed replica again. Only the scheduler calls it, in the name of whoever made the last attempt. */
const retryReplication = operationsOf<InternalOperations>('secretsmanager')('RetryReplication', {
  action: 'none',
  on: findPrimary,
  async handle({ ReplicaRegion: region }, found: SecretRecord, context) {
    const replica = found.replicas?.find((one) => one.region === region)
    if (replica?.status !== 'Failed' || (replica.retry?.at ?? Number.POSITIVE_INFINITY) > context.call.now) return {}
    writeSecret(context.tx, found, await replicateTo(context, found, region))
    return {}
  },
})

async function findPrimary(input: RetryRequest, { tx, call }: Finding): Promise<Resource<SecretRecord>> {
  const { SecretId: arn, Account: account, Name: name } = input
  const record = await secrets.get(tx, account, call.region, name)
  if (!record || arnOf(record) !== arn) return { arn, account, type: secretType, missing: notFound() }
  return { arn, account, type: secretType, record }
}

export async function runRetry(gateway: Gateway, job: Job): Promise<void> {
  const id = JSON.parse(job.id) as RetryId
  const [account, region, name, suffix, replicaRegion] = id
  const { store, clock } = gateway.platform
  const stored = await store.transaction((tx) => readRetryCaller(tx, id))
  if (!stored) return
  const call = {
    requestId: uuid(),
    caller: restoreCaller(stored),
    region,
    now: clock.now(),
    sourceIp: serviceSource,
    userAgent: serviceSource,
    tls: undefined,
    moment: await store.look(),
    via: [serviceSource],
  }
  const arn = secretArn(account, region, name, suffix)
  const input: RetryRequest = { SecretId: arn, ReplicaRegion: replicaRegion, Account: account, Name: name }
  await invoke(gateway, call, retryReplication as Operation, input)
}
