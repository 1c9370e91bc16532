import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSecretsManager, refusal, type SecretsManager } from '../../../test/secrets-manager.ts'

let open: SecretsManager
beforeAll(async () => {
  open = await openSecretsManager()
  await open.sm('CreateSecret', { Name: 's', SecretString: 'x' })
})
afterAll(async () => {
  expect(open.harness.failures).toEqual([])
  await open.harness.close()
})

const policy = (more: object) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 'secretsmanager:GetSecretValue', Resource: '*', ...more }],
  })
const put = (ResourcePolicy: string, more: object = {}) =>
  open.sm('PutResourcePolicy', { SecretId: 's', ResourcePolicy, ...more })
const validate = (ResourcePolicy: string) => open.sm('ValidateResourcePolicy', { SecretId: 's', ResourcePolicy })

const account = policy({ Principal: { AWS: 'arn:aws:iam::111111111111:root' } })
const broad = policy({})
const lockOut = policy({ Effect: 'Deny', Action: 'secretsmanager:*' })
const syntaxError = policy({ Effect: 'AllowSomething' })
const wrongPrincipal = policy({ Principal: { AWS: 'nobody' } })

test('a policy is kept as it was put, and taken off again', async () => {
  const spaced = ` ${account}\n`
  await put(spaced)
  const { ResourcePolicy, Name } = await open.sm('GetResourcePolicy', { SecretId: 's' })
  expect({ ResourcePolicy, Name }).toEqual({ ResourcePolicy: spaced, Name: 's' })
  await open.sm('DeleteResourcePolicy', { SecretId: 's' })
  expect(await open.sm('GetResourcePolicy', { SecretId: 's' })).not.toHaveProperty('ResourcePolicy')
})

test('what is no policy, opens to the public or locks the caller out is refused', async () => {
  expect(await refusal(put(syntaxError))).toBe(
    'MalformedPolicyDocumentException: This resource policy contains a syntax error.',
  )
  expect(await refusal(put('{'))).toMatch(/^MalformedPolicyDocumentException/)
  expect(await refusal(put(wrongPrincipal))).toBe(
    'MalformedPolicyDocumentException: This resource policy contains an unsupported principal.',
  )
  expect(await refusal(put(broad, { BlockPublicPolicy: true }))).toMatch(/^PublicPolicyException/)
  expect(await refusal(put(lockOut))).toMatch(/will not allow you to manage this secret in the future\.$/)
  expect(await open.sm('GetResourcePolicy', { SecretId: 's' })).not.toHaveProperty('ResourcePolicy')
  expect(await refusal(put(broad))).toBe('not refused')
  expect(await refusal(put(account, { BlockPublicPolicy: true }))).toBe('not refused')
})

test('validation tells all of it and changes nothing', async () => {
  const before = await open.sm('DescribeSecret', { SecretId: 's' })
  expect(await validate(account)).toEqual({ PolicyValidationPassed: true, ValidationErrors: [] })
  for (const document of [broad, lockOut, syntaxError, wrongPrincipal]) {
    const { PolicyValidationPassed, ValidationErrors } = await validate(document)
    expect(PolicyValidationPassed).toBe(false)
    expect(ValidationErrors).toEqual([{ CheckName: expect.any(String), ErrorMessage: expect.any(String) }])
  }
  const { ValidationErrors } = await open.sm('ValidateResourcePolicy', { ResourcePolicy: broad })
  expect(ValidationErrors).toHaveLength(1)
  expect(await open.sm('DescribeSecret', { SecretId: 's' })).toEqual(before)
})
