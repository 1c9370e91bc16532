import { randomBytes } from 'node:crypto'
import { assert } from '../../base/assert.ts'
import { compilePolicy } from '../../iam/compile-policy.ts'
import type { CreateGrantRequest, GrantOperation, KeyUsageType } from '../models/kms.ts'
import type { Context } from '../operation.ts'
import { partitionOf } from '../partition.ts'
import { contextConditions } from './encryption-context.ts'
import { keyById } from './find-key.ts'
import { type GrantRecord, newGrantToken, putGrant } from './grant.ts'
import { principalElement } from './grant-policies.ts'
import { checkEnabled } from './key-state.ts'
import {
  bothConstraints,
  constraintTooLarge,
  constraintNotSupported,
  grantOperationsInvalid,
  invalidPrincipalArn,
  wouldSucceed,
} from './messages.ts'
import { operation } from './operation.ts'
import type { KeyRecord } from './records.ts'

/** Lets somebody use a key, until the grant is retired or revoked. */
export const createGrant = operation('CreateGrant', {
  on: keyById,
  conditions: (input, _record, call) => {
    const { equals, subset } = givenConstraints(input)
    return {
      ...contextConditions(equals ?? subset),
      'kms:GrantConstraintType': equals ? 'EncryptionContextEquals' : subset ? 'EncryptionContextSubset' : undefined,
      'kms:GrantIsForAWSResource': call.via.length > 0,
      'kms:GrantOperations': input.Operations,
      ...principalConditions('Grantee', input.GranteePrincipal),
      ...principalConditions('Retiring', input.RetiringPrincipal),
    }
  },
  async handle(input, record, context) {
    const { tx, call, platform } = context
    checkEnabled(record)
    const granteeId = await checkPrincipal(input.GranteePrincipal, context)
    const retiringId = await checkPrincipal(input.RetiringPrincipal, context)
    const constraint = checkConstraint(input, record)
    checkOperations(input.Operations, record.usage)
    const grant: GrantRecord = {
      id: randomBytes(32).toString('hex'),
      account: record.account,
      region: record.region,
      keyId: record.id,
      createdAt: platform.clock.now(),
      grantee: input.GranteePrincipal,
      operations: [...new Set(input.Operations)],
      issuingAccount: `arn:${partitionOf(call.region)}:iam::${call.caller.account}:root`,
      ...(input.Name !== undefined && { name: input.Name }),
      ...(input.RetiringPrincipal !== undefined && { retiring: input.RetiringPrincipal }),
      ...(granteeId !== undefined && { granteeId }),
      ...(retiringId !== undefined && { retiringId }),
      ...(constraint && { constraint }),
    }
    if (input.DryRun) throw wouldSucceed()
    const id = await putGrant(tx, record, grant)
    return { GrantId: id, GrantToken: newGrantToken({ ...grant, id }) }
  },
})

function principalConditions(role: 'Grantee' | 'Retiring', principal: string | undefined) {
  if (principal === undefined) return {}
  return principal.startsWith('arn:')
    ? { [`kms:${role}Principal`]: principal }
    : { [`kms:${role}ServicePrincipal`]: principal }
}

const serviceName = /^[a-z0-9][a-z0-9.-]*\.amazonaws\.com(?:\.cn)?$/

/** The principal's unique id, where it has one. */
async function checkPrincipal(principal: string | undefined, { tx, platform }: Context): Promise<string | undefined> {
  if (principal === undefined) return undefined
  if (!principal.startsWith('arn:') && !serviceName.test(principal)) throw invalidPrincipalArn(principal)
  const statement = { Effect: 'Allow', Principal: principalElement(principal), Action: 'kms:*', Resource: '*' }
  if ('invalid' in compilePolicy(JSON.stringify({ Statement: statement }), 'key')) throw invalidPrincipalArn(principal)
  if (!principal.startsWith('arn:')) return undefined
  const { identities } = platform
  const known = await identities.principalExists?.(tx, principal)
  if (known === false) throw invalidPrincipalArn(principal)
  return identities.principalId?.(tx, principal)
}

const mostPairs = 8
const longestValue = 384

/** Terraform's provider always sends both, the one that was not meant empty. */
function givenConstraints({ Constraints: given }: CreateGrantRequest) {
  const { EncryptionContextEquals: equals, EncryptionContextSubset: subset } = given ?? {}
  if (!equals || !subset || isEmpty(equals) === isEmpty(subset)) return { equals, subset }
  return isEmpty(equals) ? { subset } : { equals }
}

const isEmpty = (pairs: object) => Object.keys(pairs).length === 0

function checkConstraint(input: CreateGrantRequest, { spec }: KeyRecord): GrantRecord['constraint'] {
  const { equals, subset } = givenConstraints(input)
  const pairs = equals ?? subset
  if (!pairs) return undefined
  if (equals && subset) throw bothConstraints()
  if (spec !== 'SYMMETRIC_DEFAULT') throw constraintNotSupported()
  const tooLong = Object.values(pairs).some((value) => value.length > longestValue)
  if (Object.keys(pairs).length > mostPairs || tooLong) throw constraintTooLarge(mostPairs, longestValue)
  if (equals) return { equals }
  assert(subset, 'one of the two was given')
  return { subset }
}

/** API reference, CreateGrant, «Operations»: each must be one that the key supports. */
const usable: Readonly<Record<KeyUsageType, readonly GrantOperation[]>> = {
  ENCRYPT_DECRYPT: [
    'Decrypt',
    'Encrypt',
    'GenerateDataKey',
    'GenerateDataKeyWithoutPlaintext',
    'GenerateDataKeyPair',
    'GenerateDataKeyPairWithoutPlaintext',
    'GetPublicKey',
    'ReEncryptFrom',
    'ReEncryptTo',
  ],
  SIGN_VERIFY: ['Sign', 'Verify', 'GetPublicKey'],
  GENERATE_VERIFY_MAC: ['GenerateMac', 'VerifyMac'],
  KEY_AGREEMENT: ['DeriveSharedSecret', 'GetPublicKey'],
}

function checkOperations(operations: readonly GrantOperation[], usage: KeyUsageType): void {
  const always: readonly GrantOperation[] = ['CreateGrant', 'RetireGrant', 'DescribeKey']
  const bad = operations.some((name) => !always.includes(name) && !usable[usage].includes(name))
  if (bad || operations.length === 0) throw grantOperationsInvalid(usage)
}
