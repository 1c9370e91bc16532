import { afterAll, beforeAll, expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import type { KmsOperations } from '../models/kms.ts'
import { type Kms, openKms, secretOf } from './kms.test-support.ts'

let kms: Kms
beforeAll(async () => {
  kms = await openKms()
})
afterAll(() => kms.close())

type State = 'Enabled' | 'Disabled' | 'PendingDeletion' | 'PendingImport'

/** What an operation answers in each state: nothing where it succeeds, otherwise its code. */
type Row = Readonly<Partial<Record<State, string>>>

const disabled = 'DisabledException'
const invalid = 'KMSInvalidStateException'
const unsupported = 'UnsupportedOperationException'

/** KMS developer guide, «Key states of AWS KMS keys», the table; keys that wait for an import have that origin. */
const matrix: readonly (readonly [keyof KmsOperations, object, Row])[] = [
  ['DescribeKey', {}, {}],
  ['GetKeyPolicy', {}, {}],
  ['ListKeyPolicies', {}, {}],
  ['ListResourceTags', {}, {}],
  ['ListGrants', {}, {}],
  ['ListKeyRotations', {}, {}],
  ['GetKeyLastUsage', {}, {}],
  ['GetKeyRotationStatus', {}, {}],
  ['TagResource', { Tags: [{ TagKey: 'a', TagValue: 'b' }] }, { PendingDeletion: invalid }],
  ['UntagResource', { TagKeys: ['a'] }, { PendingDeletion: invalid }],
  ['UpdateKeyDescription', { Description: 'other' }, { PendingDeletion: invalid }],
  ['EnableKey', {}, { PendingDeletion: invalid, PendingImport: invalid }],
  ['DisableKey', {}, { PendingDeletion: invalid, PendingImport: invalid }],
  ['ScheduleKeyDeletion', {}, { PendingDeletion: invalid }],
  ['CancelKeyDeletion', {}, { Enabled: invalid, Disabled: invalid, PendingImport: invalid }],
  ['EnableKeyRotation', {}, { Disabled: disabled, PendingDeletion: invalid, PendingImport: invalid }],
  ['DisableKeyRotation', {}, { Disabled: disabled, PendingDeletion: invalid, PendingImport: invalid }],
  ['RotateKeyOnDemand', {}, { Disabled: disabled, PendingDeletion: invalid, PendingImport: invalid }],
  [
    'CreateGrant',
    { GranteePrincipal: 'arn:aws:iam::111111111111:root', Operations: ['Encrypt'] },
    { Disabled: disabled, PendingDeletion: invalid, PendingImport: invalid },
  ],
  ['Encrypt', { Plaintext: secretOf('x') }, { Disabled: disabled, PendingDeletion: invalid, PendingImport: invalid }],
  ['GenerateDataKey', { KeySpec: 'AES_256' }, { Disabled: disabled, PendingDeletion: invalid, PendingImport: invalid }],
  [
    'GenerateDataKeyPairWithoutPlaintext',
    { KeyPairSpec: 'ECC_NIST_P256' },
    { Disabled: disabled, PendingDeletion: invalid, PendingImport: invalid },
  ],
  [
    'GetParametersForImport',
    { WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' },
    { Enabled: unsupported, Disabled: unsupported, PendingDeletion: unsupported },
  ],
  [
    'ImportKeyMaterial',
    {
      ImportToken: Buffer.alloc(9),
      EncryptedKeyMaterial: Buffer.alloc(9),
      ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
    },
    {
      Enabled: unsupported,
      Disabled: unsupported,
      PendingDeletion: unsupported,
      PendingImport: 'InvalidImportTokenException',
    },
  ],
  ['DeleteImportedKeyMaterial', {}, { Enabled: unsupported, Disabled: unsupported, PendingDeletion: unsupported }],
]

async function keyIn(state: State): Promise<string> {
  const KeyId = await kms.key(state === 'PendingImport' ? { Origin: 'EXTERNAL' } : {})
  if (state === 'Disabled') await kms.do('DisableKey', { KeyId })
  if (state === 'PendingDeletion') await kms.do('ScheduleKeyDeletion', { KeyId })
  return KeyId
}

const states: readonly State[] = ['Enabled', 'Disabled', 'PendingDeletion', 'PendingImport']
const cases = matrix.flatMap(([operation, input, row]) =>
  states.map((state) => [operation, state, row[state] ?? 'success', input] as const),
)

test.each(cases)('%s on a key that is %s: %s', async (operation, state, expected, input) => {
  const KeyId = await keyIn(state)
  const answer = kms.do(operation, { ...input, KeyId } as never)
  if (expected === 'success') await answer
  else await expect(answer).rejects.toMatchObject({ code: expected })
})

test('aliases and deletion of imported material follow the table too', async () => {
  const doomed = await keyIn('PendingDeletion')
  await expect(kms.do('CreateAlias', { AliasName: 'alias/x', TargetKeyId: doomed })).rejects.toMatchObject({
    code: invalid,
  })
  const KeyId = await kms.key()
  await kms.do('CreateAlias', { AliasName: 'alias/x', TargetKeyId: KeyId })
  await kms.do('ScheduleKeyDeletion', { KeyId })
  await expect(kms.do('UpdateAlias', { AliasName: 'alias/x', TargetKeyId: doomed })).rejects.toMatchObject({
    code: invalid,
  })
  await kms.do('UpdateAlias', { AliasName: 'alias/x', TargetKeyId: await kms.key() })
  const signing = await kms.key({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })
  await kms.do('DisableKey', { KeyId: signing })
  const Message = new Secret<Uint8Array>(Buffer.from('x'))
  await expect(kms.do('Sign', { KeyId: signing, SigningAlgorithm: 'ECDSA_SHA_256', Message })).rejects.toMatchObject({
    code: disabled,
  })
  await expect(kms.do('GetPublicKey', { KeyId: signing })).rejects.toMatchObject({ code: disabled })
})
