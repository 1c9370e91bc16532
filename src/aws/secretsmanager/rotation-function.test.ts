import { spawnSync } from 'node:child_process'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import { advanceThrough } from '../../schedule/advance.ts'
import type { AwsError } from '../errors.ts'
import { arn, creation, type LambdaHarness, openLambda, trust, zipped } from '../lambda/lambda.test-support.ts'
import { childrenOf } from '../../store/key.ts'
import { handlerModules } from '../../../test/handler-modules.ts'
import { registerSecretsManagerWorkers } from './workers.ts'

/** A function for the published four-step contract, without a database. */
const nodeHandler = `
const { SecretsManager } = require('@aws-sdk/client-secrets-manager')
const client = new SecretsManager({})
exports.handler = async (event) => {
  const { SecretId, ClientRequestToken: token, RotationToken } = event
  if (process.env.FAIL === event.Step) throw new Error('refused on purpose')
  const { RotationEnabled, VersionIdsToStages: stages } = await client.describeSecret({ SecretId })
  if (!RotationEnabled) throw new Error('Secret is not enabled for rotation')
  if (!stages[token]) throw new Error('Secret version has no stage for rotation')
  if (stages[token].includes('AWSCURRENT')) return
  if (!stages[token].includes('AWSPENDING')) throw new Error('Secret version not set as AWSPENDING')
  await client.getSecretValue({ SecretId, VersionStage: 'AWSCURRENT' })
  const pending = { SecretId, VersionId: token, VersionStage: 'AWSPENDING' }
  if (event.Step === 'createSecret') {
    try {
      await client.getSecretValue(pending)
    } catch (error) {
      if (error.name !== 'ResourceNotFoundException') throw error
      const { RandomPassword } = await client.getRandomPassword({ ExcludeCharacters: '/@"' })
      await client.putSecretValue({
        SecretId, ClientRequestToken: token, SecretString: RandomPassword, VersionStages: ['AWSPENDING'], RotationToken,
      })
    }
  }
  if (event.Step === 'testSecret') await client.getSecretValue(pending)
  if (event.Step === 'finishSecret') {
    const now = Object.keys(stages).find((id) => stages[id].includes('AWSCURRENT'))
    await client.updateSecretVersionStage({
      SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: token, RemoveFromVersionId: now,
    })
  }
}`

const pythonHandler = `
import os
import boto3

# Older boto3 does not know AWS_ENDPOINT_URL.
endpoint = os.environ.get('SECRETS_MANAGER_ENDPOINT') or os.environ['AWS_ENDPOINT_URL']

def handler(event, context):
    secret, token, step = event['SecretId'], event['ClientRequestToken'], event['Step']
    client = boto3.client('secretsmanager', endpoint_url=endpoint)
    metadata = client.describe_secret(SecretId=secret)
    if not metadata['RotationEnabled']:
        raise ValueError('not enabled for rotation')
    versions = metadata['VersionIdsToStages']
    if token not in versions:
        raise ValueError('no stage for rotation')
    if 'AWSCURRENT' in versions[token]:
        return
    if 'AWSPENDING' not in versions[token]:
        raise ValueError('not AWSPENDING')
    if step == 'createSecret':
        client.get_secret_value(SecretId=secret, VersionStage='AWSCURRENT')
        try:
            client.get_secret_value(SecretId=secret, VersionId=token, VersionStage='AWSPENDING')
        except client.exceptions.ResourceNotFoundException:
            made = client.get_random_password(ExcludeCharacters='/@')['RandomPassword']
            client.put_secret_value(
                SecretId=secret, ClientRequestToken=token, SecretString=made, VersionStages=['AWSPENDING'])
    elif step == 'testSecret':
        client.get_secret_value(SecretId=secret, VersionId=token, VersionStage='AWSPENDING')
    elif step == 'finishSecret':
        now = [id for id, stages in versions.items() if 'AWSCURRENT' in stages][0]
        client.update_secret_version_stage(
            SecretId=secret, VersionStage='AWSCURRENT', MoveToVersionId=token, RemoveFromVersionId=now)
`

const hasBoto3 = spawnSync('python3', ['-c', 'import boto3']).status === 0
const day = 86_400_000
const actions = ['DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecretVersionStage', 'GetRandomPassword']
const token = 'rotation-token-of-thirty-two-or-more'

let lambda: LambdaHarness
const sm = (operation: string, input: object): Promise<Record<string, never>> =>
  lambda.harness.call(lambda.root, 'secretsmanager', operation, { ClientRequestToken: token, ...input })
const value = async () =>
  ((await sm('GetSecretValue', { SecretId: 's' }))['SecretString'] as unknown as Secret<string>).reveal()
const refused = (call: Promise<unknown>) =>
  call.then(
    () => 'not refused',
    (error: AwsError) => `${error.code}: ${error.text}`,
  )
const allowRole = (...names: readonly string[]) =>
  lambda.iam('PutRolePolicy', {
    RoleName: 'fn',
    PolicyName: 'rotation',
    PolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: names.map((name) => `secretsmanager:${name}`), Resource: '*' }],
    }),
  })
const allowService = (more: object = {}) =>
  lambda.call('AddPermission', {
    FunctionName: 'f',
    StatementId: 'rotation',
    Action: 'lambda:InvokeFunction',
    Principal: 'secretsmanager.amazonaws.com',
    ...more,
  })
const make = (more: object = {}, variables: Record<string, string> = {}) => {
  const entries = Object.entries(variables).map(([name, text]) => [name, new Secret(text)])
  return lambda.call(
    'CreateFunction',
    creation({
      Code: { ZipFile: zipped({ 'index.js': nodeHandler }) },
      Environment: { Variables: new Secret(Object.fromEntries(entries)) },
      ...more,
    }),
  )
}
const rotate = (more: object = {}) => sm('RotateSecret', { SecretId: 's', RotationLambdaARN: arn, ...more })
const statesOf = async () =>
  (await lambda.harness.events())
    .map(({ eventName }) => String(eventName))
    .filter((name) => name.startsWith('Rotation'))

beforeAll(async () => {
  lambda = await openLambda({ nodePath: handlerModules() })
  registerSecretsManagerWorkers(lambda.harness.scheduler, lambda.harness.gateway)
  await lambda.iam('CreateRole', { RoleName: 'fn', AssumeRolePolicyDocument: trust() })
})
afterAll(() => lambda?.close())
beforeEach(async () => {
  await allowRole(...actions)
  await sm('CreateSecret', { Name: 's', SecretString: new Secret('first'), ClientRequestToken: 'x'.repeat(32) })
})
afterEach(async () => {
  await lambda.call('DeleteFunction', { FunctionName: 'f' }).catch(() => undefined)
  await sm('DeleteSecret', { SecretId: 's', ForceDeleteWithoutRecovery: true })
})

test('a handler of Node with the AWS SDK rotates, month after month', async () => {
  await make()
  await allowService({ SourceAccount: '111111111111' })
  await rotate({ RotationRules: { AutomaticallyAfterDays: 30 } })
  await lambda.harness.scheduler.runDue()
  const first = await value()
  expect(first).toMatch(/^.{32}$/)
  for (const before = [first]; before.length < 3; ) {
    await advanceThrough(lambda.harness.clock, lambda.harness.scheduler, lambda.harness.clock.now() + 31 * day)
    const now = await value()
    expect(before).not.toContain(now)
    before.push(now)
  }
  const events = await lambda.harness.events()
  const invoked = events.filter(({ eventName }) => eventName === 'Invoke')
  expect(invoked).toHaveLength(12)
  expect(invoked[0]).toMatchObject({ userIdentity: { type: 'AWSService', invokedBy: 'secretsmanager.amazonaws.com' } })
  expect(lambda.harness.failures).toEqual([])
}, 60_000)

test.skipIf(!hasBoto3)(
  'a handler of Python with boto3 rotates',
  async () => {
    await make({
      Runtime: 'python3.12',
      Handler: 'index.handler',
      Code: { ZipFile: zipped({ 'index.py': pythonHandler }) },
    })
    await allowService()
    await rotate()
    await lambda.harness.scheduler.runDue()
    expect(await value()).toMatch(/^.{32}$/)
  },
  60_000,
)

test('the function must be there and let the service in, for the account that it names', async () => {
  const denied =
    'AccessDeniedException: Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.'
  const before = await sm('DescribeSecret', { SecretId: 's' })
  expect(await refused(rotate())).toBe(denied)
  await make()
  expect(await refused(rotate())).toBe(denied)
  await allowService({ SourceAccount: '222222222222' })
  expect(await refused(rotate())).toBe(denied)
  expect(await sm('DescribeSecret', { SecretId: 's' })).toEqual(before)
  await lambda.call('RemovePermission', { FunctionName: 'f', StatementId: 'rotation' })
  await allowService({ SourceAccount: '111111111111', SourceArn: before['ARN'] })
  expect(await refused(rotate())).toBe('not refused')
})

test('a handler that throws, a role that may not, and a function that goes leave the value; what helps is enough', async () => {
  const later = () =>
    advanceThrough(lambda.harness.clock, lambda.harness.scheduler, lambda.harness.clock.now() + 60_000)
  await make({}, { FAIL: 'testSecret' })
  await allowService()
  await rotate()
  await later()
  expect((await statesOf()).at(-1)).toBe('RotationFailed')
  await lambda.call('DeleteFunction', { FunctionName: 'f' })
  await later()
  expect(await value()).toBe('first')
  await make()
  await allowService()
  await allowRole('DescribeSecret', 'GetSecretValue')
  await advanceThrough(lambda.harness.clock, lambda.harness.scheduler, lambda.harness.clock.now() + 5 * 60_000)
  expect(await value()).toBe('first')
  const failures = (await lambda.harness.events()).filter(({ eventName }) => eventName === 'RotationFailed')
  const kinds = failures.map(({ additionalEventData: data }) => (data as { Error: string }).Error)
  expect([...new Set(kinds)]).toEqual(expect.arrayContaining(['Error', 'AccessDeniedException']))
  await allowRole(...actions)
  await advanceThrough(lambda.harness.clock, lambda.harness.scheduler, lambda.harness.clock.now() + 60 * 60_000)
  expect(await value()).not.toBe('first')
  expect((await sm('DescribeSecret', { SecretId: 's' }))['VersionIdsToStages']).toMatchObject({
    [token]: expect.arrayContaining(['AWSCURRENT']) as string[],
  })
}, 60_000)

test('what a handler prints or throws of the values and the token shows nowhere', async () => {
  const talking = `
exports.handler = async (event) => {
  console.log('event', JSON.stringify(event), 'value', 'known-password-1234')
  throw new Error('cannot log in with known-password-1234')
}`
  await make({ Code: { ZipFile: zipped({ 'index.js': talking }) } })
  await allowService()
  const json = JSON.stringify({ username: 'u', password: 'known-password-1234' })
  await sm('PutSecretValue', { SecretId: 's', SecretString: new Secret(json), ClientRequestToken: 'y'.repeat(32) })
  await rotate()
  await lambda.harness.scheduler.runDue()
  const state = await lambda.harness.store.transaction((tx) =>
    tx.range(...childrenOf('secretsmanager/rotation'), { limit: 10 }),
  )
  expect(JSON.stringify(state)).toContain('cannot log in with [redacted]')
  expect(JSON.stringify([state, await lambda.harness.events()])).not.toContain('known-password-1234')
})

test('a key that is disabled in the middle leaves the value as it was', async () => {
  const { KeyMetadata } = (await lambda.harness.call(lambda.root, 'kms', 'CreateKey', {})) as unknown as {
    KeyMetadata: { KeyId: string }
  }
  const key = (operation: string) => lambda.harness.call(lambda.root, 'kms', operation, { KeyId: KeyMetadata.KeyId })
  await sm('UpdateSecret', { SecretId: 's', KmsKeyId: KeyMetadata.KeyId })
  await lambda.iam('PutRolePolicy', {
    RoleName: 'fn',
    PolicyName: 'key',
    PolicyDocument: JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] }),
  })
  await make()
  await allowService()
  await rotate()
  await key('DisableKey')
  await lambda.harness.scheduler.runDue()
  expect((await statesOf()).at(-1)).toBe('RotationFailed')
  await key('EnableKey')
  expect(await value()).toBe('first')
  await advanceThrough(lambda.harness.clock, lambda.harness.scheduler, lambda.harness.clock.now() + 60_000)
  expect(await value()).not.toBe('first')
}, 60_000)
