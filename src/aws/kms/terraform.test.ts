import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Kms, openKms } from './kms.test-support.ts'

// The calls that the AWS provider of Terraform makes for its resources, in its order, with what it looks at in the answers.

let kms: Kms
beforeEach(async () => {
  kms = await openKms()
})
afterEach(() => kms.close())

async function readKey(KeyId: string) {
  const { KeyMetadata } = await kms.do('DescribeKey', { KeyId })
  const { Policy } = await kms.do('GetKeyPolicy', { KeyId, PolicyName: 'default' })
  const rotation = KeyMetadata?.Origin === 'AWS_KMS' ? await kms.do('GetKeyRotationStatus', { KeyId }) : undefined
  const { Tags } = await kms.do('ListResourceTags', { KeyId })
  return { KeyMetadata, Policy, rotation, Tags }
}

test('aws_kms_key: made, changed, read and given up', async () => {
  const { KeyMetadata } = await kms.do('CreateKey', {
    BypassPolicyLockoutSafetyCheck: false,
    KeySpec: 'SYMMETRIC_DEFAULT',
    CustomerMasterKeySpec: undefined,
    KeyUsage: 'ENCRYPT_DECRYPT',
    Tags: [{ TagKey: 'Name', TagValue: 'app' }],
  })
  const KeyId = KeyMetadata?.KeyId as string
  await kms.do('EnableKeyRotation', { KeyId, RotationPeriodInDays: 180 })
  await kms.do('UpdateKeyDescription', { KeyId, Description: 'changed' })
  const Policy = JSON.stringify({
    Statement: [
      {
        Action: 'kms:*',
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::111111111111:root' },
        Resource: '*',
        Sid: '',
      },
    ],
    Version: '2012-10-17',
  })
  await kms.do('PutKeyPolicy', { KeyId, PolicyName: 'default', Policy })
  await kms.do('UntagResource', { KeyId, TagKeys: ['Name'] })
  await kms.do('TagResource', { KeyId, Tags: [{ TagKey: 'Stage', TagValue: 'test' }] })
  for (let look = 0; look < 5; look++) {
    const read = await readKey(KeyId)
    expect(JSON.parse(read.Policy as string)).toEqual(JSON.parse(Policy))
    expect(read.rotation).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 180 })
    expect(read.KeyMetadata).toMatchObject({ Description: 'changed', Enabled: true, MultiRegion: false })
    expect(read.Tags).toEqual([{ TagKey: 'Stage', TagValue: 'test' }])
  }
  await kms.do('DisableKey', { KeyId })
  expect((await readKey(KeyId)).KeyMetadata).toMatchObject({ Enabled: false, KeyState: 'Disabled' })
  await kms.do('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 })
  expect((await kms.do('DescribeKey', { KeyId })).KeyMetadata?.KeyState).toBe('PendingDeletion')
  await expect(kms.do('ScheduleKeyDeletion', { KeyId })).rejects.toMatchObject({
    code: 'KMSInvalidStateException',
    text: expect.stringContaining('is pending deletion') as string,
  })
})

test('aws_kms_alias: found among all aliases of the account, page by page', async () => {
  const KeyId = await kms.key()
  for (let count = 0; count < 40; count++) {
    await kms.do('CreateAlias', { AliasName: `alias/other-${count}`, TargetKeyId: KeyId })
  }
  const target = await kms.key()
  await kms.do('CreateAlias', { AliasName: 'alias/wanted', TargetKeyId: target })
  const seen: (string | undefined)[] = []
  let Marker: string | undefined
  do {
    const page = await kms.do('ListAliases', { Limit: 15, Marker })
    seen.push(...(page.Aliases ?? []).map(({ AliasName }) => AliasName))
    Marker = page.NextMarker
  } while (Marker !== undefined)
  expect(seen).toHaveLength(41)
  expect(new Set(seen).size).toBe(41)
  expect(seen).toContain('alias/wanted')
})

test('aws_kms_grant: listed until it is gone, its grantee an ARN', async () => {
  const KeyId = await kms.key()
  const GranteePrincipal = 'arn:aws:iam::111111111111:role/app'
  const { GrantId } = await kms.do('CreateGrant', {
    KeyId,
    GranteePrincipal,
    Operations: ['Encrypt', 'Decrypt'],
    Name: 'for-app',
    Constraints: { EncryptionContextEquals: { Department: 'Finance' } },
  })
  const { Grants } = await kms.do('ListGrants', { KeyId, Limit: 100 })
  expect(Grants).toMatchObject([
    {
      GrantId,
      Name: 'for-app',
      GranteePrincipal,
      Operations: ['Encrypt', 'Decrypt'],
      Constraints: { EncryptionContextEquals: { Department: 'Finance' } },
    },
  ])
  await kms.do('RevokeGrant', { KeyId, GrantId: GrantId as string })
  expect((await kms.do('ListGrants', { KeyId, Limit: 100 })).Grants).toEqual([])
})
