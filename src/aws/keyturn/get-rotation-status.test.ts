import { afterEach, expect, test } from 'vitest'
import { type Harness, openHarness } from '../../../test/harness.ts'
import { Secret } from '../../base/secret.ts'
import { openRotators } from '../../rotators/open-rotators.ts'
import { type StepOutcome, stepFailed } from '../../rotators/rotator.ts'
import type { Caller } from '../call.ts'
import { kms } from '../kms/index.ts'
import { secretsmanager } from '../secretsmanager/index.ts'
import { registerSecretsManagerWorkers } from '../secretsmanager/workers.ts'
import { keyturn } from './index.ts'

let harness: Harness
let outcome: StepOutcome
afterEach(() => harness.close())

async function open() {
  const f = { invoke: async () => outcome }
  const database = { connectMilliseconds: 1, statementMilliseconds: 1 }
  const rotators = openRotators({
    database,
    webhook: (name) => (name === 'f' ? f : undefined),
    forward: () => undefined,
  })
  harness = await openHarness([kms, secretsmanager, keyturn], { rotators })
  registerSecretsManagerWorkers(harness.scheduler, harness.gateway)
  const root = harness.root()
  const sm = (name: string, input: object) =>
    harness.call(root, 'secretsmanager', name, {
      SecretId: 's',
      ClientRequestToken: 'rotation-token-of-thirty-two',
      ...input,
    })
  const status = (as: Caller = root) => harness.call(as, 'keyturn', 'GetRotationStatus', { SecretId: 's' })
  await sm('CreateSecret', { Name: 's', SecretString: new Secret('first'), ClientRequestToken: 'x'.repeat(32) })
  return { sm, status }
}

test('tells step, attempt, error, the next attempt and the repair, which helps', async () => {
  const { sm, status } = await open()
  expect(await status()).toMatchObject({ Name: 's', Status: 'NotConfigured' })
  outcome = stepFailed('ValueError', 'the database said no')
  await sm('RotateSecret', { RotationLambdaARN: 'keyturn:webhook/f' })
  expect(await status()).toMatchObject({ Status: 'Running', Step: 'createSecret', Attempt: 1, Test: false })
  await harness.scheduler.runDue()
  const failed = await status()
  expect(failed).toMatchObject({
    Status: 'Retrying',
    RotationFunction: 'keyturn:webhook/f',
    VersionId: 'rotation-token-of-thirty-two',
    Attempt: 2,
    LastErrorStep: 'createSecret',
    LastErrorType: 'ValueError',
    LastErrorDetail: 'the database said no',
  })
  expect(Number(failed['PlannedDate'])).toBeGreaterThan(Number(failed['LastErrorDate']))
  await sm('CancelRotateSecret', {})
  const blocked = await status()
  expect(blocked).toMatchObject({ Status: 'Blocked', LastResult: 'cancelled' })
  expect(String(blocked['Repair'])).toContain('--remove-from-version-id rotation-token-of-thirty-two')
  await sm('UpdateSecretVersionStage', {
    VersionStage: 'AWSPENDING',
    RemoveFromVersionId: 'rotation-token-of-thirty-two',
  })
  expect(await status()).toMatchObject({ Status: 'Disabled' })
  expect(await status()).not.toHaveProperty('Repair', expect.anything())
})

test('what a function said is for those who may read the secret; nobody else learns of it', async () => {
  const { sm, status } = await open()
  outcome = stepFailed('ValueError', 'said')
  await sm('RotateSecret', { RotationLambdaARN: 'keyturn:webhook/f' })
  await harness.scheduler.runDue()
  const allow = (Action: string) => ({ Statement: [{ Effect: 'Allow', Action, Resource: '*' }] })
  const describer = harness.user('describer', [allow('keyturn:GetRotationStatus')])
  expect(await status(describer)).toMatchObject({ LastErrorType: 'ValueError', LastErrorDetail: undefined })
  await expect(status(harness.user('nobody', [allow('secretsmanager:*')]))).rejects.toMatchObject({
    code: 'AccessDeniedException',
  })
  await sm('DeleteSecret', { ForceDeleteWithoutRecovery: true })
  await expect(status(harness.user('stranger', []))).rejects.toMatchObject({ code: 'AccessDeniedException' })
  await expect(status()).rejects.toMatchObject({ code: 'ResourceNotFoundException' })
})
