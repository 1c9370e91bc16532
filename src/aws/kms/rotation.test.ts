import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Kms, openKms, secretOf, textOf } from './kms.test-support.ts'

let kms: Kms
beforeEach(async () => {
  kms = await openKms()
})
afterEach(() => kms.close())

const account = '111111111111'
const arnOf = (id: string) => `arn:aws:kms:us-east-1:${account}:key/${id}`
const day = 86_400_000

async function current(KeyId: string): Promise<string | undefined> {
  return (await kms.do('DescribeKey', { KeyId })).KeyMetadata?.CurrentKeyMaterialId
}

test('what older materials encrypted stays readable, and says which it was', async () => {
  const KeyId = await kms.key()
  const sealed: Uint8Array[] = []
  const ids: (string | undefined)[] = []
  for (let round = 0; round < 3; round++) {
    sealed.push(
      (await kms.do('Encrypt', { KeyId, Plaintext: secretOf(`round ${round}`) })).CiphertextBlob as Uint8Array,
    )
    ids.push(await current(KeyId))
    expect(await kms.do('RotateKeyOnDemand', { KeyId })).toEqual({ KeyId: arnOf(KeyId) })
  }
  expect(new Set(ids).size).toBe(3)
  for (const [round, CiphertextBlob] of sealed.entries()) {
    const opened = await kms.do('Decrypt', { CiphertextBlob })
    expect(textOf(opened.Plaintext)).toBe(`round ${round}`)
    expect(opened.KeyMaterialId).toBe(ids[round])
  }
})

test('automatic rotation happens when it is due, and again a period later', async () => {
  const KeyId = await kms.key()
  expect(await kms.do('GetKeyRotationStatus', { KeyId })).toEqual({ KeyId, KeyRotationEnabled: false })
  await kms.do('EnableKeyRotation', { KeyId, RotationPeriodInDays: 90 })
  const status = await kms.do('GetKeyRotationStatus', { KeyId })
  expect(status).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 90 })
  const first = await current(KeyId)
  kms.clock.advanceTo((status.NextRotationDate as number) + 1)
  await kms.scheduler.runDue()
  expect(kms.failures).toEqual([])
  const second = await current(KeyId)
  expect(second).not.toBe(first)
  const next = (await kms.do('GetKeyRotationStatus', { KeyId })).NextRotationDate as number
  expect(next).toBe((status.NextRotationDate as number) + 90 * day)
  kms.clock.advanceTo(next + 1)
  await kms.scheduler.runDue()
  expect(await current(KeyId)).not.toBe(second)
  await kms.do('DisableKeyRotation', { KeyId })
  const third = await current(KeyId)
  kms.clock.advanceTo(next + 200 * day)
  await kms.scheduler.runDue()
  expect(await current(KeyId)).toBe(third)
  const { Rotations } = await kms.do('ListKeyRotations', { KeyId })
  expect(Rotations).toMatchObject([
    { KeyId, KeyMaterialId: second, KeyMaterialState: 'NON_CURRENT', RotationType: 'AUTOMATIC' },
    { KeyId, KeyMaterialId: third, KeyMaterialState: 'CURRENT', RotationType: 'AUTOMATIC' },
  ])
})

test('a key that is disabled when its rotation is due keeps its material and its plan', async () => {
  const KeyId = await kms.key()
  await kms.do('EnableKeyRotation', { KeyId })
  const { NextRotationDate } = await kms.do('GetKeyRotationStatus', { KeyId })
  await kms.do('DisableKey', { KeyId })
  const before = await current(KeyId)
  kms.clock.advanceTo((NextRotationDate as number) + 1)
  await kms.scheduler.runDue()
  expect(await current(KeyId)).toBe(before)
  expect((await kms.do('GetKeyRotationStatus', { KeyId })).KeyRotationEnabled).toBe(true)
})

test('rotations are listed in pages, with the first material on request', async () => {
  const KeyId = await kms.key()
  for (let round = 0; round < 3; round++) await kms.do('RotateKeyOnDemand', { KeyId })
  const all = await kms.do('ListKeyRotations', { KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })
  expect(all.Rotations).toHaveLength(4)
  expect(all.Rotations?.[0]?.RotationType).toBeUndefined()
  expect(all.Rotations?.at(-1)).toMatchObject({ KeyMaterialState: 'CURRENT', RotationType: 'ON_DEMAND' })
  const page = await kms.do('ListKeyRotations', { KeyId, Limit: 2 })
  expect(page).toMatchObject({ Truncated: true })
  const rest = await kms.do('ListKeyRotations', { KeyId, Limit: 2, Marker: page.NextMarker })
  expect([...(page.Rotations ?? []), ...(rest.Rotations ?? [])]).toEqual(all.Rotations?.slice(1))
})

test('the number of rotations on demand is limited', async () => {
  const KeyId = await kms.key()
  for (let round = 0; round < 25; round++) await kms.do('RotateKeyOnDemand', { KeyId })
  await expect(kms.do('RotateKeyOnDemand', { KeyId })).rejects.toMatchObject({
    code: 'LimitExceededException',
    text: `The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be performed for this key: ${arnOf(KeyId)}`,
  })
})

test('state is told before the type of key', async () => {
  const rsa = await kms.key({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' })
  await expect(kms.do('RotateKeyOnDemand', { KeyId: rsa })).rejects.toMatchObject({
    code: 'UnsupportedOperationException',
    text: undefined,
  })
  expect((await kms.do('GetKeyRotationStatus', { KeyId: rsa })).KeyRotationEnabled).toBe(false)
  await kms.do('DisableKey', { KeyId: rsa })
  await expect(kms.do('RotateKeyOnDemand', { KeyId: rsa })).rejects.toMatchObject({
    code: 'DisabledException',
    text: `${arnOf(rsa)} is disabled.`,
  })
})
