import type { RetireGrantRequest } from '../models/kms.ts'
import type { Finding } from '../operation.ts'
import type { Resource } from '../resource.ts'
import { contextConditions } from './encryption-context.ts'
import { findKeyById } from './find-key.ts'
import { dropGrant, findGrant, type GrantRecord, readGrantToken } from './grant.ts'
import { policyOfRetirement } from './grant-policies.ts'
import { keyArn } from './key.ts'
import { grantNotFound, grantReferenceRequired, invalidGrantId, invalidGrantToken, wouldSucceed } from './messages.ts'
import { operation } from './operation.ts'
import type { KeyRecord } from './records.ts'

interface Retirement {
  readonly source: KeyRecord
  readonly grant: GrantRecord
}

/** Ends a grant on behalf of those whom it serves: who was named to retire it, or a grantee who may. */
export const retireGrant = operation('RetireGrant', {
  on: grantOfRequest,
  conditions: (_input, found) => {
    const { equals, subset } = found?.grant.constraint ?? {}
    return {
      ...contextConditions(equals ?? subset),
      'kms:GrantConstraintType': equals ? 'EncryptionContextEquals' : subset ? 'EncryptionContextSubset' : undefined,
    }
  },
  async handle(input, { source, grant }, { tx }) {
    if (input.DryRun) throw wouldSucceed()
    await dropGrant(tx, source, grant)
    return {}
  },
})

async function grantOfRequest(input: RetireGrantRequest, finding: Finding): Promise<Resource<Retirement>> {
  const { keyText, id } = referenceOf(input, finding)
  const key = await findKeyById(keyText, finding)
  if ('missing' in key) return key
  const grant = await findGrant(finding.tx, key.record, id)
  if (!grant) throw input.GrantToken === undefined ? grantNotFound(id) : invalidGrantToken()
  const policies = [...(key.policies ?? []), policyOfRetirement(grant)]
  return { ...key, policies, record: { source: key.record, grant } }
}

function referenceOf(input: RetireGrantRequest, { call }: Finding): { keyText: string; id: string } {
  const { GrantToken: token, KeyId: keyId, GrantId: id } = input
  if (token !== undefined) {
    if (keyId !== undefined || id !== undefined) throw grantReferenceRequired()
    const named = readGrantToken(token)
    if (!named) throw invalidGrantToken()
    return { keyText: keyArn(named.account, call.region, named.keyId), id: named.id }
  }
  if (keyId === undefined || id === undefined) throw grantReferenceRequired()
  if (!/^[0-9a-f]{64}$/.test(id)) throw invalidGrantId(id)
  return { keyText: keyId, id }
}
