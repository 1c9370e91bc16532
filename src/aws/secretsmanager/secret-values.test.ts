import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSecretsManager, refusal, type SecretsManager } from '../../../test/secrets-manager.ts'
import { uuid } from '../../base/ids.ts'

let open: SecretsManager
beforeAll(async () => {
  open = await openSecretsManager()
})
afterAll(async () => {
  expect(open.harness.failures).toEqual([])
  await open.harness.close()
})

const arnOf = (name: string) =>
  expect.stringMatching(new RegExp(`^arn:aws:secretsmanager:us-east-1:111111111111:secret:${name}-\\w{6}$`))

test('a secret is made, read in every way it may be named, and described', async () => {
  const token = uuid()
  const made = await open.sm('CreateSecret', {
    Name: 'a/b',
    SecretString: 'ä',
    Description: 'd',
    ClientRequestToken: token,
  })
  expect(made).toEqual({ ARN: arnOf('a/b'), Name: 'a/b', VersionId: token })
  const arn = made.ARN
  const value = { ARN: arn, Name: 'a/b', VersionId: token, SecretString: 'ä', VersionStages: ['AWSCURRENT'] }
  for (const id of ['a/b', arn, arn.slice(0, -7)]) {
    expect(await open.sm('GetSecretValue', { SecretId: id })).toEqual({ ...value, CreatedDate: expect.any(Number) })
  }
  expect(await open.sm('DescribeSecret', { SecretId: 'a/b' })).toEqual({
    ARN: arn,
    Name: 'a/b',
    Description: 'd',
    CreatedDate: expect.any(Number),
    LastChangedDate: expect.any(Number),
    LastAccessedDate: expect.any(Number),
    VersionIdsToStages: { [token]: ['AWSCURRENT'] },
  })
})

test('binary values come back as bytes', async () => {
  await open.sm('CreateSecret', { Name: 'binary', SecretBinary: Buffer.from([0, 255, 10]) })
  const { SecretBinary: bytes, SecretString: text } = await open.sm('GetSecretValue', { SecretId: 'binary' })
  expect(Buffer.from(bytes as Uint8Array)).toEqual(Buffer.from([0, 255, 10]))
  expect(text).toBeUndefined()
})

test('a secret without a value has no version', async () => {
  expect(await open.sm('CreateSecret', { Name: 'empty' })).toEqual({ ARN: arnOf('empty'), Name: 'empty' })
  expect(await open.sm('DescribeSecret', { SecretId: 'empty' })).not.toHaveProperty('VersionIdsToStages')
  expect(await refusal(open.sm('GetSecretValue', { SecretId: 'empty' }))).toBe(
    "ResourceNotFoundException: Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
  )
})

test('a request that is sent twice is answered twice and done once', async () => {
  const create = { Name: 'twice', SecretString: 'v1', ClientRequestToken: uuid() }
  const made = await open.sm('CreateSecret', create)
  expect(await open.sm('CreateSecret', create)).toEqual(made)
  const put = { SecretId: 'twice', SecretString: 'v2', ClientRequestToken: uuid() }
  const answer = await open.sm('PutSecretValue', put)
  expect(await open.sm('PutSecretValue', put)).toEqual(answer)
  const { VersionIdsToStages: stages } = await open.sm('DescribeSecret', { SecretId: 'twice' })
  expect(stages).toEqual({ [create.ClientRequestToken]: ['AWSPREVIOUS'], [put.ClientRequestToken]: ['AWSCURRENT'] })
  const other = { ...put, SecretString: 'v3' }
  const inUse = `ResourceExistsException: You can't use ClientRequestToken ${put.ClientRequestToken} because that value is already in use for a version of secret ${made.ARN}.`
  expect(await refusal(open.sm('PutSecretValue', other))).toBe(inUse)
  expect(await refusal(open.sm('UpdateSecret', other))).toBe(inUse)
  expect(await refusal(open.sm('CreateSecret', { ...create, ClientRequestToken: put.ClientRequestToken }))).toBe(inUse)
  expect(await refusal(open.sm('CreateSecret', { ...create, ClientRequestToken: uuid() }))).toBe(
    'ResourceExistsException: The operation failed because the secret twice already exists.',
  )
})

test('the same text as bytes is another value', async () => {
  const put = { SecretId: 'kind', ClientRequestToken: uuid() }
  await open.sm('CreateSecret', { Name: 'kind', SecretString: 'x', ClientRequestToken: put.ClientRequestToken })
  expect(await refusal(open.sm('PutSecretValue', { ...put, SecretBinary: Buffer.from('x') }))).toMatch(
    /^ResourceExists/,
  )
})

test('versions are chosen by id, label, or both', async () => {
  const first = uuid()
  await open.sm('CreateSecret', { Name: 'choice', SecretString: 'v1', ClientRequestToken: first })
  const { VersionId: second } = await open.sm('PutSecretValue', { SecretId: 'choice', SecretString: 'v2' })
  const read = (choice: object) => open.sm('GetSecretValue', { SecretId: 'choice', ...choice })
  expect(await read({ VersionId: first })).toMatchObject({ SecretString: 'v1', VersionStages: ['AWSPREVIOUS'] })
  expect(await read({ VersionStage: 'AWSPREVIOUS' })).toMatchObject({ SecretString: 'v1' })
  expect(await read({ VersionId: second, VersionStage: 'AWSCURRENT' })).toMatchObject({ SecretString: 'v2' })
  expect(await refusal(read({ VersionId: second, VersionStage: 'AWSPREVIOUS' }))).toBe(
    'InvalidRequestException: You provided a VersionStage that is not associated to the provided VersionId.',
  )
  const missing = uuid()
  expect(await refusal(read({ VersionId: missing }))).toBe(
    `ResourceNotFoundException: Secrets Manager can't find the specified secret value for VersionId: ${missing}`,
  )
})

test('the limit of a value is in bytes', async () => {
  await open.sm('CreateSecret', { Name: 'long', SecretString: 'ä'.repeat(32_768) })
  expect(await refusal(open.sm('PutSecretValue', { SecretId: 'long', SecretString: `${'ä'.repeat(32_768)}x` }))).toBe(
    "ValidationException: 1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal to 65536",
  )
})

test('a request has one value where it needs one, never two', async () => {
  await open.sm('CreateSecret', { Name: 'one', SecretString: 'x' })
  expect(await refusal(open.sm('PutSecretValue', { SecretId: 'one' }))).toBe(
    'InvalidRequestException: You must provide either SecretString or SecretBinary.',
  )
  const both = { SecretId: 'one', SecretString: 'x', SecretBinary: Buffer.from('x') }
  expect(await refusal(open.sm('UpdateSecret', both))).toMatch(/^InvalidParameterException: You can't specify both/)
})

test('a value needs a ClientRequestToken, asked for before the secret is looked for', async () => {
  const text = 'You must provide a ClientRequestToken value. We recommend a UUID-type value.'
  const without = { SecretId: 'nobody', SecretString: 'x', ClientRequestToken: undefined }
  expect(await refusal(open.sm('PutSecretValue', without))).toBe(`InvalidRequestException: ${text}`)
  expect(await refusal(open.sm('UpdateSecret', without))).toBe(`InvalidRequestException: ${text}`)
  expect(await refusal(open.sm('RotateSecret', without))).toBe(`InvalidParameterException: ${text}`)
})

test('UpdateSecret answers a version only with a value, and clears a description with an empty one', async () => {
  const made = await open.sm('CreateSecret', { Name: 'update', SecretString: 'x', Description: 'd' })
  const plain = { ARN: made.ARN, Name: 'update' }
  expect(await open.sm('UpdateSecret', { SecretId: 'update', Description: '' })).toEqual(plain)
  expect(await open.sm('DescribeSecret', { SecretId: 'update' })).not.toHaveProperty('Description')
  const token = uuid()
  const put = { SecretId: 'update', SecretString: 'y', ClientRequestToken: token }
  expect(await open.sm('UpdateSecret', put)).toEqual({ ...plain, VersionId: token })
  expect(await open.sm('UpdateSecret', put)).toEqual({ ...plain, VersionId: token })
})

test('labels move by hand, under the rules of AWSCURRENT', async () => {
  const { VersionId: first } = await open.sm('CreateSecret', { Name: 'labels', SecretString: 'v1' })
  const put = { SecretId: 'labels', SecretString: 'v2', VersionStages: ['AWSPENDING', 'mine'] }
  const { VersionId: second } = await open.sm('PutSecretValue', put)
  const move = (more: object) =>
    open.sm('UpdateSecretVersionStage', { SecretId: 'labels', VersionStage: 'AWSCURRENT', ...more })
  expect(await refusal(move({ MoveToVersionId: second }))).toBe(
    `InvalidParameterException: The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version ${first}, so you must explicitly reference that version in RemoveFromVersionId.`,
  )
  expect(await refusal(move({ RemoveFromVersionId: first }))).toMatch(/can’t be completely removed/)
  expect(await refusal(move({ RemoveFromVersionId: second, MoveToVersionId: first }))).toBe('not refused')
  expect(await refusal(move({ RemoveFromVersionId: second }))).toMatch(/isn't attached to version/)
  expect(await refusal(move({ MoveToVersionId: uuid() }))).toMatch(/^ResourceNotFoundException/)
  expect(await refusal(move({}))).toMatch(/^InvalidParameterException/)
  await move({ RemoveFromVersionId: first, MoveToVersionId: second })
  await move({ VersionStage: 'mine', RemoveFromVersionId: second })
  const { VersionIdsToStages: stages } = await open.sm('DescribeSecret', { SecretId: 'labels' })
  expect(stages).toEqual({ [first]: ['AWSPREVIOUS'], [second]: ['AWSPENDING', 'AWSCURRENT'] })
})

test('a secret has at most 20 labels', async () => {
  await open.sm('CreateSecret', { Name: 'labelled', SecretString: 'x' })
  const labels = Array.from({ length: 20 }, (_one, index) => `l${index}`)
  const put = (VersionStages: string[]) =>
    open.sm('PutSecretValue', { SecretId: 'labelled', SecretString: 'y', VersionStages })
  expect(await refusal(put(labels))).toMatch(/^LimitExceededException/)
  expect((await put(labels.slice(1))).VersionStages).toHaveLength(19)
})

test('versions are listed by id in pages, those without a label only when asked for', async () => {
  const ids: string[] = []
  for (let index = 0; index < 5; index++) {
    const ClientRequestToken = uuid()
    ids.push(ClientRequestToken)
    const input = { SecretString: `v${index}`, ClientRequestToken }
    await (index === 0
      ? open.sm('CreateSecret', { ...input, Name: 'history' })
      : open.sm('PutSecretValue', { ...input, SecretId: 'history' }))
  }
  const list = (more: object) => open.sm('ListSecretVersionIds', { SecretId: 'history', ...more })
  const labelled = (await list({})).Versions as { VersionId: string; KmsKeyIds: string[] }[]
  expect(labelled.map(({ VersionId }) => VersionId).sort()).toEqual(ids.slice(3).sort())
  expect(labelled[0]?.KmsKeyIds).toEqual(['DefaultEncryptionKey'])
  const seen: string[] = []
  let NextToken: string | undefined
  do {
    const page = await list({ IncludeDeprecated: true, MaxResults: 2, NextToken })
    seen.push(...(page.Versions as { VersionId: string }[]).map(({ VersionId }) => VersionId))
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  expect(seen).toEqual(ids.toSorted())
  expect(await refusal(list({ NextToken: 'x' }))).toMatch(/^InvalidNextTokenException/)
})
