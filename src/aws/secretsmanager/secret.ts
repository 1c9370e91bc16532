import { assert } from '../../base/assert.ts'
import { compilePolicy } from '../../iam/compile-policy.ts'
import { type Awaitable, whenThere } from '../../store/store.ts'
import { derivation } from '../../store/table.ts'
import { boundIds } from '../bound-principals.ts'
import type { Finding } from '../operation.ts'
import type { Resource, ResourceFacts } from '../resource.ts'
import { tagValues } from '../tags.ts'
import { invalidName, markedForDeletion, notFound, replicaReadOnly } from './messages.ts'
import { isReplica, type SecretRecord, secrets } from './records.ts'
import { readSecretId, type SecretReference, secretArn } from './secret-id.ts'

export const secretType = 'AWS::SecretsManager::Secret'

/** What policies and the audit trail see of a secret. */
export const factsOf = derivation((record: SecretRecord): ResourceFacts => {
  const { account, region, name, suffix, policy, principals, tags } = record
  const compiled = policy === undefined ? undefined : compilePolicy(policy, 'resource', { ids: boundIds(principals) })
  assert(compiled === undefined || 'policy' in compiled, 'a stored resource policy was checked before')
  return {
    arn: secretArn(account, region, name, suffix),
    account,
    type: secretType,
    policies: compiled === undefined ? [] : [compiled.policy],
    tags: tagValues(tags ?? []),
  }
})

export function arnOf(secret: SecretRecord): string {
  return factsOf(secret).arn
}

/** The secret that an operation is on. */
export function secret(input: { readonly SecretId: string }, finding: Finding): Awaitable<Resource<SecretRecord>> {
  return findSecret(input.SecretId, finding)
}

/** As `secret`, for operations that a secret marked for deletion refuses. */
export function findSecret(id: string, { tx, call }: Finding): Awaitable<Resource<SecretRecord>> {
  const reference = readSecretId(id, { account: call.caller.account, region: call.region })
  if (!reference) throw invalidName()
  const { account, region, name } = reference
  if (region !== call.region) return resourceOf(undefined, reference, id)
  return whenThere(secrets.get(tx, account, region, name), (record) => resourceOf(record, reference, id))
}

function resourceOf(
  record: SecretRecord | undefined,
  { account, region, name, suffix }: SecretReference,
  id: string,
): Resource<SecretRecord> {
  if (record && (suffix === undefined || suffix === record.suffix)) {
    const { arn, policies = [], tags = {} } = factsOf(record)
    return { arn, account, type: secretType, policies, tags, shown: id, record }
  }
  // Question marks stand for themselves here: they fit `??????` and `*` at the end of a policy's resource.
  const arn = suffix === undefined ? secretArn(account, region, name, '??????') : id
  return { arn, account, type: secretType, shown: id, missing: notFound() }
}

/** Refuses a secret that is to be deleted. */
export function checkNotDeleted({ deletion }: SecretRecord): void {
  if (deletion) throw markedForDeletion()
}

/** Refuses what may be done in the primary's region only, and what a deletion forbids. */
export function checkWritable(secret: SecretRecord): void {
  if (isReplica(secret)) throw replicaReadOnly()
  checkNotDeleted(secret)
}
