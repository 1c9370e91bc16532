import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, openHarness } from '../../test/harness.ts'
import { Secret } from '../base/secret.ts'
import type { Caller } from './call.ts'
import { iam } from './iam/index.ts'
import { openIdentities } from './identities/open-identities.ts'
import { kms } from './kms/index.ts'
import { secretsmanager } from './secretsmanager/index.ts'
import { sts } from './sts/index.ts'

const account = '111111111111'

let harness: Harness
let root: Caller
beforeAll(async () => {
  harness = await openHarness([iam, sts, kms, secretsmanager], {
    dev: true,
    identities: ({ clock }) => openIdentities({ clock, dev: true, managementAccount: account }),
  })
  root = harness.root(account)
})
afterAll(async () => {
  expect(harness.failures).toEqual([])
  await harness.close()
})

/** What an operation answers to root. */
const ask = <T>(service: string, operation: string, input: object): Promise<T> =>
  harness.call(root, service, operation, input) as Promise<unknown> as Promise<T>

const rootArn = `arn:aws:iam::${account}:root`
const arnOf = (name: string) => `arn:aws:iam::${account}:user/${name}`

/** A user without policies, signed in. */
async function user(UserName: string): Promise<Caller> {
  await harness.call(root, 'iam', 'CreateUser', { UserName })
  const { AccessKey } = await ask<{ AccessKey: { AccessKeyId: string } }>('iam', 'CreateAccessKey', { UserName })
  const { store, identities } = harness.platform
  const found = await store.transaction((tx) => identities.credential(tx, AccessKey.AccessKeyId, undefined))
  if (typeof found === 'string') throw new Error(found)
  return found.caller
}

interface Listed {
  readonly AccessKeyMetadata: readonly { readonly AccessKeyId: string }[]
}

/** Answers the unique id that the user had. */
async function remove(UserName: string, { principal }: Caller): Promise<string> {
  const { AccessKeyMetadata } = await ask<Listed>('iam', 'ListAccessKeys', { UserName })
  for (const { AccessKeyId } of AccessKeyMetadata)
    await harness.call(root, 'iam', 'DeleteAccessKey', { UserName, AccessKeyId })
  await harness.call(root, 'iam', 'DeleteUser', { UserName })
  return principal.type === 'user' ? principal.id : ''
}

function policy(action: string, principals: readonly string[]): string {
  const statement = { Effect: 'Allow', Principal: { AWS: principals }, Action: action, Resource: '*' }
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, null, 1)
}

const outcome = (call: Promise<unknown>) =>
  call.then(
    () => 'allowed',
    (error: { code?: string }) => error.code,
  )

async function makeSecret(Name: string): Promise<void> {
  const ClientRequestToken = '00000000-0000-4000-8000-000000000000'
  await harness.call(root, 'secretsmanager', 'CreateSecret', {
    Name,
    SecretString: new Secret('x'),
    ClientRequestToken,
  })
}

test('a key policy means the user that it named, not one made anew', async () => {
  const first = await user('ann')
  const Policy = policy('kms:*', [rootArn, arnOf('ann')])
  const { KeyMetadata } = await ask<{ KeyMetadata: { Arn: string } }>('kms', 'CreateKey', { Policy })
  const KeyId = KeyMetadata.Arn
  const use = (caller: Caller) => outcome(harness.call(caller, 'kms', 'GenerateDataKey', { KeyId, KeySpec: 'AES_256' }))
  const shown = async () => (await ask<{ Policy: string }>('kms', 'GetKeyPolicy', { KeyId })).Policy
  expect(await use(first)).toBe('allowed')
  expect(await shown()).toBe(Policy)
  const id = await remove('ann', first)
  expect(JSON.parse(await shown())).toEqual(JSON.parse(policy('kms:*', [rootArn, id])))
  const second = await user('ann')
  expect(await use(second)).toBe('AccessDeniedException')
  expect(JSON.parse(await shown())).toEqual(JSON.parse(policy('kms:*', [rootArn, id])))
  await harness.call(root, 'kms', 'PutKeyPolicy', { KeyId, Policy })
  expect(await use(second)).toBe('allowed')
  expect(await shown()).toBe(Policy)
})

test('a policy of a secret does as well', async () => {
  const SecretId = 'bound'
  await makeSecret(SecretId)
  const first = await user('bea')
  const ResourcePolicy = policy('secretsmanager:GetSecretValue', [arnOf('bea')])
  await harness.call(root, 'secretsmanager', 'PutResourcePolicy', { SecretId, ResourcePolicy })
  const use = (caller: Caller) => outcome(harness.call(caller, 'secretsmanager', 'GetSecretValue', { SecretId }))
  const shown = async () =>
    (await ask<{ ResourcePolicy: string }>('secretsmanager', 'GetResourcePolicy', { SecretId })).ResourcePolicy
  expect(await use(first)).toBe('allowed')
  expect(await shown()).toBe(ResourcePolicy)
  const id = await remove('bea', first)
  const second = await user('bea')
  expect(await use(second)).toBe('AccessDeniedException')
  expect(JSON.parse(await shown())).toEqual(JSON.parse(policy('secretsmanager:GetSecretValue', [id])))
  await harness.call(root, 'secretsmanager', 'PutResourcePolicy', { SecretId, ResourcePolicy })
  expect(await use(second)).toBe('allowed')
})

test('a policy of a secret names nobody who is not there', async () => {
  const SecretId = 'unbound'
  await makeSecret(SecretId)
  const ResourcePolicy = policy('secretsmanager:GetSecretValue', [arnOf('nobody')])
  const put = harness.call(root, 'secretsmanager', 'PutResourcePolicy', { SecretId, ResourcePolicy })
  await expect(put).rejects.toMatchObject({
    code: 'MalformedPolicyDocumentException',
    text: 'This resource policy contains an unsupported principal.',
  })
  const told = harness.call(root, 'secretsmanager', 'ValidateResourcePolicy', { SecretId, ResourcePolicy })
  expect(await told).toMatchObject({
    PolicyValidationPassed: false,
    ValidationErrors: [{ CheckName: 'PrincipalCheck' }],
  })
})
