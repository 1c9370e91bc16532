import { expect, test } from 'vitest'
import { openSecretsManager, refusal } from '../../../test/secrets-manager.ts'

const lambda = 'arn:aws:lambda:us-east-1:111111111111:function:rotate'

test('every function is one that cannot be invoked, and nothing is recorded', async () => {
  const { harness, sm } = await openSecretsManager()
  await sm('CreateSecret', { Name: 's', SecretString: 'x' })
  const before = await sm('DescribeSecret', { SecretId: 's' })
  const rotate = (more: object) => refusal(sm('RotateSecret', { SecretId: 's', ...more }))
  expect(await rotate({ RotationRules: { AutomaticallyAfterDays: 1 } })).toBe(
    'InvalidRequestException: No Lambda rotation function ARN is associated with this secret.',
  )
  expect(
    await rotate({ RotationLambdaARN: lambda, RotationRules: { ScheduleExpression: 'rate(10 days)', Duration: '3h' } }),
  ).toBe(
    'AccessDeniedException: Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.',
  )
  expect(await sm('DescribeSecret', { SecretId: 's' })).toEqual(before)
  expect(await refusal(sm('CancelRotateSecret', { SecretId: 's' }))).toMatch(/^InvalidRequestException/)
  await harness.close()
})

test.each([
  [
    { AutomaticallyAfterDays: 1, ScheduleExpression: 'rate(1 day)' },
    'You cannot specify both rotation frequency and schedule expression together.',
  ],
  [{ ScheduleExpression: 'rate(1 hour)' }, 'at least 4 hours'],
  [{ ScheduleExpression: 'every day' }, 'rate() or cron()'],
  [{ ScheduleExpression: 'cron(0 16 * * ? *)', Duration: '9h' }, 'must not extend'],
  [{ Duration: '3h' }, 'rotation schedule'],
  [{ AutomaticallyAfterDays: 1, Duration: '25h' }, 'from 1h to 24h'],
])('rules that make no schedule are refused: %o', async (RotationRules, text) => {
  const { harness, sm } = await openSecretsManager()
  await sm('CreateSecret', { Name: 's', SecretString: 'x' })
  const refused = await refusal(sm('RotateSecret', { SecretId: 's', RotationLambdaARN: lambda, RotationRules }))
  expect(refused).toMatch(/^InvalidParameterException/)
  expect(refused).toContain(text)
  await harness.close()
})

test('a pending version of an unfinished rotation stands in the way', async () => {
  const { harness, sm } = await openSecretsManager()
  await sm('CreateSecret', { Name: 's', SecretString: 'x' })
  await sm('PutSecretValue', { SecretId: 's', SecretString: 'y', VersionStages: ['AWSPENDING'] })
  const rotate = () => refusal(sm('RotateSecret', { SecretId: 's', RotationLambdaARN: lambda }))
  expect(await rotate()).toBe(
    "InvalidRequestException: A previous rotation isn't complete. That rotation will be reattempted.",
  )
  await sm('PutSecretValue', { SecretId: 's', SecretString: 'z' })
  expect(await rotate()).toMatch(/^AccessDeniedException/)
  await harness.close()
})
