import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import { zipOf } from '../../functions/functions.test-support.ts'
import { aliases, codeRows, codeUses, functions, usages } from './records.ts'
import {
  account,
  answering,
  arn,
  creation,
  type LambdaHarness,
  openLambda,
  role,
  trust,
  zipped,
} from './lambda.test-support.ts'

let lambda: LambdaHarness
beforeAll(async () => {
  lambda = await openLambda()
  await lambda.iam('CreateRole', { RoleName: 'fn', AssumeRolePolicyDocument: trust() })
  await lambda.iam('CreateRole', { RoleName: 'other', AssumeRolePolicyDocument: trust() })
})
afterAll(() => lambda.close())
beforeEach(async () => {
  await lambda.call('DeleteFunction', { FunctionName: 'f' }).catch(() => undefined)
  await lambda.harness.scheduler.runDue()
})

const code = (error: unknown) => (error as { code?: string }).code
const refused = (operation: string, input: unknown) =>
  lambda.call(operation, input).then(
    () => undefined,
    (error) => error as { code: string; text: string },
  )

describe('CreateFunction', () => {
  test('answers the whole configuration, which GetFunction answers too', async () => {
    const zip = answering(1)
    const Environment = { Variables: new Secret({ KEY: new Secret('value') }) }
    const created = await lambda.call(
      'CreateFunction',
      creation({ Code: { ZipFile: zip }, Environment, Tags: { a: '1' } }),
    )
    const bytes = zip.reveal()
    expect(created).toMatchObject({
      FunctionName: 'f',
      FunctionArn: arn,
      Runtime: 'nodejs22.x',
      Role: role,
      Handler: 'index.handler',
      CodeSize: bytes.length,
      CodeSha256: createHash('sha256').update(bytes).digest('base64'),
      Description: '',
      Timeout: 20,
      MemorySize: 128,
      Version: '$LATEST',
      State: 'Active',
      LastUpdateStatus: 'Successful',
      PackageType: 'Zip',
      Architectures: ['x86_64'],
      EphemeralStorage: { Size: 512 },
      TracingConfig: { Mode: 'PassThrough' },
      LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/f' },
      LastModified: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/) as string,
      RuntimeVersionConfig: { RuntimeVersionArn: `arn:aws:lambda:us-east-1::runtime:node-${process.versions.node}` },
    })
    const got = await lambda.call<Record<string, unknown>>('GetFunction', { FunctionName: 'f' })
    expect(got).toMatchObject({ Tags: { a: '1' }, Code: { RepositoryType: 'Keyturn' } })
    const configuration = got['Configuration'] as { Environment: { Variables: Secret<Record<string, Secret<string>>> } }
    expect(configuration.Environment.Variables.reveal()['KEY']?.reveal()).toBe('value')
    for (const FunctionName of [arn, `${account}:function:f`, `${account}:f`, 'function:f', 'f:$LATEST']) {
      expect(await lambda.call('GetFunctionConfiguration', { FunctionName })).toMatchObject({ FunctionName: 'f' })
    }
  })

  test.each([
    ['a name twice', {}, 'ResourceConflictException', 'Function already exist: f'],
    [
      'no handler',
      { FunctionName: 'g', Handler: undefined },
      'InvalidParameterValueException',
      'Runtime and Handler are mandatory',
    ],
    [
      'a runtime that is not here',
      { FunctionName: 'g', Runtime: 'java21' },
      'InvalidParameterValueException',
      'java21',
    ],
    ['an image', { FunctionName: 'g', PackageType: 'Image' }, 'InvalidParameterValueException', 'is not offered'],
    ['layers', { FunctionName: 'g', Layers: ['x'] }, 'InvalidParameterValueException', 'A layer is not offered'],
    [
      'a VPC',
      { FunctionName: 'g', VpcConfig: { SubnetIds: ['s'] } },
      'InvalidParameterValueException',
      'A VPC is not offered',
    ],
    [
      'code in S3',
      { FunctionName: 'g', Code: { S3Bucket: 'bucket', S3Key: 'k' } },
      'InvalidParameterValueException',
      'Code in S3 is not offered',
    ],
    ['no code', { FunctionName: 'g', Code: {} }, 'InvalidParameterValueException', 'Please provide a source'],
    [
      'no archive',
      { FunctionName: 'g', Code: { ZipFile: new Secret(Buffer.from('x')) } },
      'InvalidParameterValueException',
      'Could not unzip',
    ],
    [
      'a way out',
      { FunctionName: 'g', Code: { ZipFile: new Secret(zipOf([{ name: '../x' }])) } },
      'InvalidParameterValueException',
      'Could not unzip',
    ],
    [
      'a reserved variable',
      { FunctionName: 'g', Environment: { Variables: new Secret({ AWS_REGION: new Secret('x') }) } },
      'InvalidParameterValueException',
      'Reserved keys used in this request: AWS_REGION',
    ],
    [
      'long variables',
      { FunctionName: 'g', Environment: { Variables: new Secret({ A: new Secret('x'.repeat(4096)) }) } },
      'InvalidParameterValueException',
      'exceeded the 4KB limit',
    ],
    [
      'no such role',
      { FunctionName: 'g', Role: `arn:aws:iam::${account}:role/none` },
      'InvalidParameterValueException',
      'cannot be assumed by Lambda',
    ],
    [
      'another account’s role',
      { FunctionName: 'g', Role: 'arn:aws:iam::222222222222:role/fn' },
      'AccessDeniedException',
      'Cross-account',
    ],
    [
      'another region',
      { FunctionName: arn.replace('us-east-1', 'eu-west-1') },
      'ResourceNotFoundException',
      "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
    ],
    ['a long name', { FunctionName: 'g'.repeat(65) }, 'InvalidParameterValueException', 'not valid'],
  ])('%s is refused, and nothing is kept', async (_what, more, wanted, text) => {
    await lambda.call('CreateFunction', creation())
    const stored = await lambda.harness.store.transaction((tx) => codeRows.range(tx, { limit: 10 }))
    const error = await refused('CreateFunction', creation(more))
    expect(error?.code).toBe(wanted)
    expect(error?.text).toContain(text)
    expect((await refused('GetFunction', { FunctionName: 'g' }))?.text).toBe(`Function not found: ${arn.slice(0, -1)}g`)
    expect(await lambda.harness.store.transaction((tx) => codeRows.range(tx, { limit: 10 }))).toHaveLength(
      stored.length,
    )
  })

  test('needs iam:PassRole on the role', async () => {
    const allow = (...statements: object[]) => ({ Version: '2012-10-17', Statement: statements })
    const create = { Effect: 'Allow', Action: 'lambda:*', Resource: '*' }
    const pass = {
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: role,
      Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
    }
    await lambda.iam('CreateUser', { UserName: 'maker' })
    const attach = (...statements: object[]) =>
      lambda.iam('PutUserPolicy', {
        UserName: 'maker',
        PolicyName: 'p',
        PolicyDocument: JSON.stringify(allow(...statements)),
      })
    const user = (await lambda.iam('GetUser', { UserName: 'maker' })) as unknown as {
      User: { UserId: string; Arn: string }
    }
    const { UserId: id, Arn } = user.User
    const maker = {
      principal: { type: 'user', account, arn: Arn, id },
      account,
      arn: Arn,
      id,
      userName: 'maker',
      accessKeyId: 'AKIA',
    } as const
    await attach(create)
    await expect(lambda.call('CreateFunction', creation(), maker)).rejects.toMatchObject({
      code: 'AccessDeniedException',
      text: expect.stringContaining(`is not authorized to perform: iam:PassRole on resource: ${role}`) as string,
    })
    await attach(create, { ...pass, Condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } } })
    await expect(lambda.call('CreateFunction', creation(), maker)).rejects.toMatchObject({
      code: 'AccessDeniedException',
    })
    await attach({ ...create, Action: 'lambda:CreateFunction' }, pass)
    await expect(lambda.call('CreateFunction', creation({ Tags: { a: '1' } }), maker)).rejects.toMatchObject({
      text: expect.stringContaining('lambda:TagResource') as string,
    })
    expect(await lambda.call('CreateFunction', creation(), maker)).toMatchObject({ FunctionName: 'f' })
  })

  test.each([
    ['another service', { Service: 'ec2.amazonaws.com' }, {}],
    ['an account', { AWS: account }, {}],
    ['another function', undefined, { Condition: { ArnEquals: { 'aws:SourceArn': `${arn}2` } } }],
  ])('a role that trusts %s will not do', async (_whom, principal, more) => {
    await lambda.iam('CreateRole', { RoleName: 'odd', AssumeRolePolicyDocument: trust(principal, more) })
    const error = await refused('CreateFunction', creation({ Role: role.replace('/fn', '/odd') }))
    expect(error?.text).toBe('The role defined for the function cannot be assumed by Lambda.')
    await lambda.iam('DeleteRole', { RoleName: 'odd' })
  })
})

describe('changes', () => {
  test('of the code', async () => {
    await lambda.call('CreateFunction', creation())
    expect((await lambda.run()).value).toBe('hello')
    const before = await lambda.call('GetFunctionConfiguration', { FunctionName: 'f' })
    const update = { FunctionName: 'f', ZipFile: answering('changed') }
    const dry = await lambda.call('UpdateFunctionCode', { ...update, DryRun: true })
    expect(dry['CodeSha256']).not.toBe(before['CodeSha256'])
    expect((await lambda.run()).value).toBe('hello')
    expect(code(await refused('UpdateFunctionCode', { ...update, RevisionId: 'other' }))).toBe(
      'PreconditionFailedException',
    )
    const after = await lambda.call('UpdateFunctionCode', { ...update, RevisionId: before['RevisionId'] })
    expect(after['RevisionId']).not.toBe(before['RevisionId'])
    expect((await lambda.run()).value).toBe('changed')
  })

  test('of the settings', async () => {
    const Environment = { Variables: new Secret({ KEY: new Secret('value') }) }
    const ZipFile = zipped({ 'index.js': 'exports.handler = async () => process.env.KEY ?? "none"' })
    await lambda.call('CreateFunction', creation({ Environment, Code: { ZipFile } }))
    expect((await lambda.run()).value).toBe('value')
    const changed = await lambda.call('UpdateFunctionConfiguration', {
      FunctionName: 'f',
      Timeout: 9,
      Description: 'text',
    })
    expect(changed).toMatchObject({ Timeout: 9, Description: 'text', Handler: 'index.handler' })
    expect((await lambda.run()).value).toBe('value')
    const none = { FunctionName: 'f', Environment: { Variables: new Secret({}) } }
    expect((await lambda.call('UpdateFunctionConfiguration', none))['Environment']).toBeUndefined()
    expect((await lambda.run()).value).toBe('none')
    expect(
      code(
        await refused('UpdateFunctionConfiguration', { FunctionName: 'f', Role: `arn:aws:iam::${account}:role/none` }),
      ),
    ).toBe('InvalidParameterValueException')
    const other = role.replace('/fn', '/other')
    expect(await lambda.call('UpdateFunctionConfiguration', { FunctionName: 'f', Role: other })).toMatchObject({
      Role: other,
    })
  })
})

describe('versions and aliases', () => {
  test('a version stays as it was published', async () => {
    await lambda.call('CreateFunction', creation({ Publish: true }))
    expect(await lambda.call('PublishVersion', { FunctionName: 'f' })).toMatchObject({
      Version: '1',
      FunctionArn: `${arn}:1`,
    })
    await lambda.call('UpdateFunctionCode', { FunctionName: 'f', ZipFile: answering('second') })
    expect((await refused('PublishVersion', { FunctionName: 'f', CodeSha256: 'x' }))?.text).toContain(
      'is different from current CodeSHA256',
    )
    expect(await lambda.call('PublishVersion', { FunctionName: 'f', Description: 'the second' })).toMatchObject({
      Version: '2',
      Description: 'the second',
    })
    expect((await lambda.run({}, { Qualifier: '1' })).value).toBe('hello')
    expect(await lambda.run({}, { FunctionName: 'f:2' })).toMatchObject({
      value: 'second',
      output: { ExecutedVersion: '2' },
    })
    const listed = await lambda.call<{ Versions: { Version: string }[] }>('ListVersionsByFunction', {
      FunctionName: 'f',
    })
    expect(listed.Versions.map(({ Version }) => Version)).toEqual(['$LATEST', '1', '2'])
    expect((await refused('GetFunction', { FunctionName: 'f', Qualifier: '3' }))?.text).toBe(
      `Function not found: ${arn}:3`,
    )
    expect(code(await refused('GetFunction', { FunctionName: 'f:1', Qualifier: '2' }))).toBe(
      'InvalidParameterValueException',
    )
  })

  test('an alias moves, divides, and holds its version', async () => {
    await lambda.call('CreateFunction', creation({ Publish: true }))
    await lambda.call('UpdateFunctionCode', { FunctionName: 'f', ZipFile: answering('second'), Publish: true })
    const alias = { FunctionName: 'f', Name: 'live' }
    expect((await refused('GetAlias', alias))?.text).toBe(`Cannot find alias arn: ${arn}:live`)
    expect(code(await refused('CreateAlias', { ...alias, FunctionVersion: '7' }))).toBe('ResourceNotFoundException')
    expect(await lambda.call('CreateAlias', { ...alias, FunctionVersion: '1' })).toMatchObject({
      AliasArn: `${arn}:live`,
      FunctionVersion: '1',
      Description: '',
    })
    expect(code(await refused('CreateAlias', { ...alias, FunctionVersion: '1' }))).toBe('ResourceConflictException')
    expect(await lambda.run({}, { Qualifier: 'live' })).toMatchObject({
      value: 'hello',
      output: { ExecutedVersion: '1' },
    })
    const RoutingConfig = { AdditionalVersionWeights: { 2: 1 } }
    await lambda.call('UpdateAlias', { ...alias, RoutingConfig })
    expect((await lambda.run({}, { Qualifier: 'live' })).value).toBe('second')
    expect((await refused('DeleteFunction', { FunctionName: 'f', Qualifier: '2' }))?.text).toContain('[live]')
    expect(code(await refused('UpdateAlias', { ...alias, RevisionId: 'other' }))).toBe('PreconditionFailedException')
    await lambda.call('UpdateAlias', { ...alias, FunctionVersion: '2', RoutingConfig: {} })
    expect((await lambda.call<{ Aliases: object[] }>('ListAliases', { FunctionName: 'f' })).Aliases).toMatchObject([
      { Name: 'live', FunctionVersion: '2' },
    ])
    expect(
      (await lambda.call<{ Aliases: object[] }>('ListAliases', { FunctionName: 'f', FunctionVersion: '1' })).Aliases,
    ).toEqual([])
    await lambda.call('DeleteFunction', { FunctionName: 'f', Qualifier: '1' })
    expect(code(await refused('DeleteFunction', { FunctionName: 'f', Qualifier: '$LATEST' }))).toBe(
      'InvalidParameterValueException',
    )
    await lambda.call('DeleteAlias', alias)
    await lambda.call('DeleteAlias', alias)
    expect(code(await refused('GetAlias', alias))).toBe('ResourceNotFoundException')
  })

  test('code is stored once, in rows of bounded length, and goes with the last version', async () => {
    const big = zipOf([
      { name: 'index.js', content: 'exports.handler = async () => 1' },
      { name: 'data', content: Buffer.alloc(1_000_000, 7) },
    ])
    const Code = { ZipFile: new Secret(big) }
    await lambda.call('CreateFunction', creation({ Code, Publish: true }))
    await lambda.call('CreateFunction', creation({ FunctionName: 'g', Code }))
    const { store } = lambda.harness
    const rows = () => store.transaction((tx) => codeRows.range(tx, { limit: 100 }))
    expect((await rows()).length).toBe(3)
    for (const { record } of await rows()) expect(record.part.length).toBeLessThanOrEqual(524_288)
    expect(await store.transaction((tx) => codeUses.range(tx, { limit: 10 }))).toMatchObject([
      { record: { uses: 3, bytes: big.length } },
    ])
    expect(await store.transaction((tx) => usages.get(tx, account, 'us-east-1'))).toEqual({
      functions: 2,
      codeBytes: big.length,
    })
    expect((await lambda.run()).value).toBe(1)
    expect(await lambda.call('DeleteFunction', { FunctionName: 'f' })).toEqual({ StatusCode: 204 })
    expect((await rows()).length).toBe(3)
    await lambda.call('DeleteFunction', { FunctionName: 'g' })
    await lambda.call('CreateFunction', creation({ FunctionName: 'g', Code }))
    await lambda.harness.scheduler.runDue()
    expect((await rows()).length).toBe(3)
    await lambda.call('DeleteFunction', { FunctionName: 'g' })
    await lambda.harness.scheduler.runDue()
    expect(await rows()).toEqual([])
    expect(await lambda.call('GetAccountSettings', {})).toMatchObject({
      AccountUsage: { TotalCodeSize: 0, FunctionCount: 0 },
    })
  })
})

test('versions and aliases of a function are bounded', async () => {
  await lambda.call('CreateFunction', creation({ Publish: true }))
  const { store } = lambda.harness
  const key = [account, 'us-east-1', 'f'] as const
  await store.transaction(async (tx) => {
    const fn = await functions.get(tx, ...key)
    if (fn) functions.put(tx, { ...fn, published: 2_000 }, ...key)
    for (let index = 0; index < 1_000; index++) {
      const name = `a${index}`
      aliases.put(tx, { name, version: '1', description: '', weights: [], revisionId: '' }, ...key, name)
    }
  })
  await lambda.call('UpdateFunctionCode', { FunctionName: 'f', ZipFile: answering('new') })
  expect(code(await refused('PublishVersion', { FunctionName: 'f' }))).toBe('CodeStorageExceededException')
  const alias = { FunctionName: 'f', Name: 'more', FunctionVersion: '1' }
  expect(code(await refused('CreateAlias', alias))).toBe('InvalidParameterValueException')
  await lambda.call('DeleteFunction', { FunctionName: 'f' })
  expect(await store.transaction((tx) => aliases.range(tx, { limit: 10 }))).toEqual([])
})

describe('the rest', () => {
  test('permissions become a policy', async () => {
    await lambda.call('CreateFunction', creation())
    const permission = {
      FunctionName: 'f',
      StatementId: 's1',
      Action: 'lambda:InvokeFunction',
      Principal: 'secretsmanager.amazonaws.com',
      SourceAccount: account,
    }
    expect((await refused('GetPolicy', { FunctionName: 'f' }))?.text).toBe('The resource you requested does not exist.')
    const added = await lambda.call<{ Statement: string }>('AddPermission', permission)
    const statement = {
      Sid: 's1',
      Effect: 'Allow',
      Principal: { Service: 'secretsmanager.amazonaws.com' },
      Action: 'lambda:InvokeFunction',
      Resource: arn,
      Condition: { StringEquals: { 'AWS:SourceAccount': account } },
    }
    expect(JSON.parse(added.Statement)).toEqual(statement)
    expect((await refused('AddPermission', permission))?.text).toBe(
      'The statement id (s1) provided already exists. Please provide a new statement id, or remove the existing statement.',
    )
    for (const Principal of ['nonsense', 'arn:aws:iam::111111111111:user/nobody', 'arn:aws:s3:::bucket']) {
      expect(code(await refused('AddPermission', { ...permission, StatementId: 's2', Principal }))).toBe(
        'InvalidParameterValueException',
      )
    }
    await lambda.call('AddPermission', {
      ...permission,
      StatementId: 's2',
      Principal: '222222222222',
      SourceAccount: undefined,
      SourceArn: 'arn:aws:s3:::b',
    })
    const got = await lambda.call<{ Policy: string; RevisionId: string }>('GetPolicy', { FunctionName: 'f' })
    expect(JSON.parse(got.Policy)).toMatchObject({
      Version: '2012-10-17',
      Id: 'default',
      Statement: [
        statement,
        {
          Sid: 's2',
          Principal: { AWS: 'arn:aws:iam::222222222222:root' },
          Condition: { ArnLike: { 'AWS:SourceArn': 'arn:aws:s3:::b' } },
        },
      ],
    })
    expect(code(await refused('RemovePermission', { FunctionName: 'f', StatementId: 's1', RevisionId: 'x' }))).toBe(
      'PreconditionFailedException',
    )
    expect(code(await refused('RemovePermission', { FunctionName: 'f', StatementId: 's9' }))).toBe(
      'ResourceNotFoundException',
    )
    await lambda.call('RemovePermission', { FunctionName: 'f', StatementId: 's1', RevisionId: got.RevisionId })
    await lambda.call('RemovePermission', { FunctionName: 'f', StatementId: 's2' })
    expect(code(await refused('GetPolicy', { FunctionName: 'f' }))).toBe('ResourceNotFoundException')
    for (let index = 0; index < 200; index++) {
      const error = await refused('AddPermission', { ...permission, StatementId: `long-${index}` })
      if (error) return expect(error.code).toBe('PolicyLengthExceededException')
    }
    expect.unreachable()
  })

  test('tags', async () => {
    await lambda.call('CreateFunction', creation({ Tags: { a: '1' } }))
    await lambda.call('TagResource', { Resource: arn, Tags: { a: '2', b: '3' } })
    expect(await lambda.call('ListTags', { Resource: arn })).toEqual({ Tags: { a: '2', b: '3' } })
    await lambda.call('UntagResource', { Resource: arn, TagKeys: ['a', 'none'] })
    expect(await lambda.call('ListTags', { Resource: arn })).toEqual({ Tags: { b: '3' } })
    expect(code(await refused('TagResource', { Resource: arn, Tags: { 'aws:x': '1' } }))).toBe(
      'InvalidParameterValueException',
    )
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, '']))
    expect(code(await refused('TagResource', { Resource: arn, Tags: many }))).toBe('InvalidParameterValueException')
  })

  test('reserved concurrency', async () => {
    await lambda.call('CreateFunction', creation())
    expect(await lambda.call('GetFunctionConcurrency', { FunctionName: 'f' })).toEqual({})
    await lambda.call('PutFunctionConcurrency', { FunctionName: 'f', ReservedConcurrentExecutions: 0 })
    expect(await lambda.call('GetFunction', { FunctionName: 'f' })).toMatchObject({
      Concurrency: { ReservedConcurrentExecutions: 0 },
    })
    await expect(lambda.run()).rejects.toMatchObject({
      code: 'TooManyRequestsException',
      members: { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' },
    })
    await lambda.call('DeleteFunctionConcurrency', { FunctionName: 'f' })
    expect((await lambda.run()).value).toBe('hello')
  })

  test('lists go on from page to page, whatever changes in between', async () => {
    for (const name of ['f1', 'f2', 'f3', 'f4'])
      await lambda.call('CreateFunction', creation({ FunctionName: name, Publish: name === 'f2' }))
    const page = (Marker?: string, more: object = {}) =>
      lambda.call<{ Functions: { FunctionName: string; Version: string }[]; NextMarker?: string }>('ListFunctions', {
        MaxItems: 2,
        Marker,
        ...more,
      })
    const first = await page()
    expect(first.Functions.map(({ FunctionName }) => FunctionName)).toEqual(['f1', 'f2'])
    await lambda.call('DeleteFunction', { FunctionName: 'f2' })
    const second = await page(first.NextMarker)
    expect(second.Functions.map(({ FunctionName }) => FunctionName)).toEqual(['f3', 'f4'])
    expect(second.NextMarker).toBeUndefined()
    expect(code(await refused('ListFunctions', { Marker: 'nonsense' }))).toBe('InvalidParameterValueException')
    expect(code(await refused('ListFunctions', { Marker: first.NextMarker, FunctionVersion: 'ALL' }))).toBe(
      'InvalidParameterValueException',
    )
    await lambda.call('PublishVersion', { FunctionName: 'f1' })
    const all = await page(undefined, { FunctionVersion: 'ALL', MaxItems: 50 })
    expect(all.Functions.map(({ FunctionName, Version }) => `${FunctionName} ${Version}`)).toEqual([
      'f1 $LATEST',
      'f1 1',
      'f3 $LATEST',
      'f4 $LATEST',
    ])
    for (const name of ['f1', 'f3', 'f4']) await lambda.call('DeleteFunction', { FunctionName: name })
  })

  test('no value of a variable and no code is in the audit trail', async () => {
    const Environment = { Variables: new Secret({ KEY: new Secret('canary-in-variable') }) }
    await lambda.call(
      'CreateFunction',
      creation({
        Environment,
        Code: { ZipFile: zipped({ 'index.js': 'exports.handler = async () => "canary-in-answer" // canary-in-code' }) },
      }),
    )
    await lambda.run({ secret: 'canary-in-payload' })
    await lambda.call('UpdateFunctionConfiguration', { FunctionName: 'f', Environment })
    const events = JSON.stringify(await lambda.harness.events())
    expect(events).toContain('"eventName":"Invoke"')
    expect(events).not.toContain('canary')
  })
})
