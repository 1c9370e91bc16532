import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSecretsManager, refusal, type SecretsManager } from '../../../test/secrets-manager.ts'

let open: SecretsManager
beforeAll(async () => {
  open = await openSecretsManager()
})
afterAll(async () => {
  expect(open.harness.failures).toEqual([])
  await open.harness.close()
})

const secretPrefix = 'arn:aws:secretsmanager:us-east-1:111111111111:secret:'

interface Statement {
  readonly Effect?: string
  readonly Action: string | readonly string[]
  readonly Resource?: string
  readonly Condition?: object
}

let users = 0
function user(...statements: readonly Statement[]) {
  const Statement = statements.map((one) => ({ Effect: 'Allow', Resource: '*', ...one }))
  return open.as(open.harness.user(`u${++users}`, Statement.length > 0 ? [{ Version: '2012-10-17', Statement }] : []))
}

const allowed = async (call: Promise<unknown>) => !(await refusal(call)).startsWith('AccessDenied')

test('the sentence names the secret as the caller did', async () => {
  const { ARN } = await open.sm('CreateSecret', { Name: 'named', SecretString: 'x' })
  const nobody = user()
  const sentence = (id: string) =>
    `AccessDeniedException: User: arn:aws:iam::111111111111:user/u${users} is not authorized to perform: secretsmanager:GetSecretValue on resource: ${id} because no identity-based policy allows the secretsmanager:GetSecretValue action`
  expect(await refusal(nobody('GetSecretValue', { SecretId: 'named' }))).toBe(sentence('named'))
  expect(await refusal(nobody('GetSecretValue', { SecretId: ARN }))).toBe(sentence(ARN))
  expect(await refusal(nobody('GetSecretValue', { SecretId: 'missing' }))).toBe(sentence('missing'))
})

test('whoever may read a name is told that it is missing; whoever may not is not', async () => {
  const reader = user({ Action: 'secretsmanager:GetSecretValue', Resource: `${secretPrefix}app/*` })
  const exact = user({ Action: 'secretsmanager:GetSecretValue', Resource: `${secretPrefix}app/x-??????` })
  expect(await refusal(reader('GetSecretValue', { SecretId: 'app/x' }))).toMatch(/^ResourceNotFoundException/)
  expect(await refusal(exact('GetSecretValue', { SecretId: 'app/x' }))).toMatch(/^ResourceNotFoundException/)
  expect(await allowed(reader('GetSecretValue', { SecretId: 'other/x' }))).toBe(false)
  const theirs = 'arn:aws:secretsmanager:us-east-1:222222222222:secret:app/x-abcdef'
  expect(await allowed(reader('GetSecretValue', { SecretId: theirs }))).toBe(false)
  expect(await allowed(open.sm('GetSecretValue', { SecretId: theirs }))).toBe(false)
})

test('an ARN of another region finds nothing, though a secret of that name is here', async () => {
  const { ARN } = await open.sm('CreateSecret', { Name: 'here', SecretString: 'x' })
  expect(await refusal(open.sm('GetSecretValue', { SecretId: ARN.replace('us-east-1', 'eu-west-1') }))).toMatch(
    /^ResourceNotFound/,
  )
})

test('a secret is made by whoever may make one of that name', async () => {
  const maker = user(
    { Action: 'secretsmanager:CreateSecret', Resource: `${secretPrefix}app/*` },
    { Action: ['kms:GenerateDataKey', 'kms:Decrypt'] },
  )
  expect(await allowed(maker('CreateSecret', { Name: 'app/made', SecretString: 'x' }))).toBe(true)
  expect(await refusal(maker('CreateSecret', { Name: 'other', SecretString: 'x' }))).toMatch(
    /on resource: other because/,
  )
})

test.each([
  ['CreateSecret', { Name: 'c1' }, { StringEquals: { 'secretsmanager:Name': 'c1' } }],
  ['CreateSecret', { Name: 'c2', Description: 'd' }, { StringEquals: { 'secretsmanager:Description': 'd' } }],
  [
    'CreateSecret',
    { Name: 'c3', Tags: [{ Key: 'team', Value: 'a' }] },
    { StringEquals: { 'aws:RequestTag/team': 'a' }, 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] } },
  ],
  ['GetSecretValue', { SecretId: 'cond' }, { StringEquals: { 'secretsmanager:VersionStage': 'AWSCURRENT' } }],
  ['GetSecretValue', { SecretId: 'cond' }, { StringEquals: { 'secretsmanager:ResourceTag/Team': 'blue' } }],
  ['GetSecretValue', { SecretId: 'cond' }, { StringEquals: { 'aws:ResourceTag/Team': 'blue' } }],
  ['GetSecretValue', { SecretId: 'cond' }, { ArnLike: { 'secretsmanager:SecretId': `${secretPrefix}cond-*` } }],
  ['GetSecretValue', { SecretId: 'cond' }, { StringEquals: { 'secretsmanager:SecretPrimaryRegion': 'us-east-1' } }],
  [
    'DeleteSecret',
    { SecretId: 'cond', RecoveryWindowInDays: 9 },
    { NumericGreaterThan: { 'secretsmanager:RecoveryWindowInDays': '8' } },
  ],
])('%s %o under %o', async (operation, input, Condition) => {
  if (operation !== 'CreateSecret') {
    await open.sm('DeleteSecret', { SecretId: 'cond', ForceDeleteWithoutRecovery: true })
    await open.sm('CreateSecret', { Name: 'cond', SecretString: 'x', Tags: [{ Key: 'Team', Value: 'blue' }] })
  }
  const Action = `secretsmanager:${operation}`
  const negated = Object.fromEntries(
    Object.entries(Condition).map(([operator, keys]) => [
      operator,
      Object.fromEntries(Object.keys(keys).map((key) => [key, operator.startsWith('Numeric') ? '99' : 'arn:other'])),
    ]),
  )
  expect(await allowed(user({ Action, Condition: negated })(operation, input))).toBe(false)
  expect(await refusal(user({ Action, Condition }, { Action: 'kms:Decrypt' })(operation, input))).toBe('not refused')
})

test('a resource policy lets others of the account in, and a denial keeps out who would be allowed', async () => {
  const { ARN } = await open.sm('CreateSecret', { Name: 'shared', SecretString: 'x' })
  const guest = user({ Action: 'kms:Decrypt' })
  expect(await allowed(guest('GetSecretValue', { SecretId: ARN }))).toBe(false)
  const put = (Effect: string) =>
    open.sm('PutResourcePolicy', {
      SecretId: ARN,
      ResourcePolicy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect,
            Principal: { AWS: `arn:aws:iam::111111111111:user/u${users}` },
            Action: 'secretsmanager:GetSecretValue',
            Resource: '*',
          },
        ],
      }),
    })
  await put('Allow')
  expect(await guest('GetSecretValue', { SecretId: ARN })).toMatchObject({ SecretString: 'x' })
  await put('Deny')
  expect(await refusal(guest('GetSecretValue', { SecretId: ARN }))).toMatch(
    /with an explicit deny in a resource-based policy$/,
  )
})
