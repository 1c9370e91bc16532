import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import { allow, openSsm, type Ssm } from './ssm.test-support.ts'

let ssm: Ssm
beforeEach(async () => {
  ssm = await openSsm()
})
afterEach(() => ssm.close())

const arn = (path: string) => `arn:aws:ssm:us-east-1:111111111111:parameter${path}`

test('GetParameters tells apart what is there and what is not', async () => {
  await ssm.put('/a', '1')
  await ssm.put('b', '2')
  const Names = ['/a', '/none', 'b:1', '/b:9', arn('/a'), '/a']
  const { Parameters, InvalidParameters } = await ssm.do('GetParameters', { Names })
  expect(Parameters?.map(({ Name, Value, Selector }) => [Name, Value?.reveal(), Selector])).toEqual([
    ['/a', '1', undefined],
    ['b', '2', ':1'],
    ['/a', '1', undefined],
  ])
  expect(InvalidParameters).toEqual(['/none', '/b:9'])
  expect(await ssm.do('GetParameters', { Names: ['/none'] })).toEqual({ Parameters: [], InvalidParameters: ['/none'] })
  await expect(ssm.do('GetParameters', { Names: ['/a', 'a b'] })).rejects.toMatchObject({ code: 'ValidationException' })
})

test('GetParameters and DeleteParameters need permission on every name', async () => {
  await ssm.put('/app/a', '1', { Tags: [{ Key: 'team', Value: 'x' }] })
  await ssm.put('/app/b', '2')
  await ssm.put('/other', '3')
  const user = ssm.user('u', [allow(['ssm:GetParameters', 'ssm:DeleteParameters'], 'arn:aws:ssm:*:*:parameter/app/*')])
  expect((await ssm.do('GetParameters', { Names: ['/app/a', '/app/b', '/app/c'] }, user)).Parameters).toHaveLength(2)
  const denied = {
    code: 'AccessDeniedException',
    text: expect.stringContaining(`ssm:GetParameters on resource: ${arn('/other')}`),
  }
  await expect(ssm.do('GetParameters', { Names: ['/app/a', '/other'] }, user)).rejects.toMatchObject(denied)
  await expect(ssm.do('GetParameters', { Names: ['/other', '/app/a'] }, user)).rejects.toMatchObject(denied)
  await expect(ssm.do('DeleteParameters', { Names: ['/app/a', '/other'] }, user)).rejects.toMatchObject({
    code: 'AccessDeniedException',
  })
  expect(await ssm.value('/app/a')).toBe('1')
  const byTag = ssm.user('t', [
    allow('ssm:GetParameters', '*', { Condition: { StringEquals: { 'ssm:resourceTag/team': 'x' } } }),
  ])
  expect((await ssm.do('GetParameters', { Names: ['/app/a'] }, byTag)).Parameters).toHaveLength(1)
  await expect(ssm.do('GetParameters', { Names: ['/app/a', '/app/b'] }, byTag)).rejects.toMatchObject({
    code: 'AccessDeniedException',
  })
  expect(await ssm.do('DeleteParameters', { Names: ['/app/a', '/app/none', '/app/b'] }, user)).toEqual({
    DeletedParameters: ['/app/a', '/app/b'],
    InvalidParameters: ['/app/none'],
  })
})

describe('by path', () => {
  const names = async (input: Parameters<Ssm['do']>[1], as = ssm.admin) =>
    (await ssm.do('GetParametersByPath', input as never, as)).Parameters?.map(({ Name }) => Name)

  test('one level or all of them', async () => {
    for (const name of ['/a', '/a/b', '/a/b/c', '/a/b/c/d', '/a-b/c', '/a/b-c', '/ab/c', 'top'])
      await ssm.put(name, 'v')
    expect(await names({ Path: '/a' })).toEqual(['/a/b', '/a/b-c'])
    expect(await names({ Path: '/a/', Recursive: true })).toEqual(['/a/b', '/a/b-c', '/a/b/c', '/a/b/c/d'])
    expect(await names({ Path: '/' })).toEqual(['/a', 'top'])
    expect(await names({ Path: '/none', Recursive: true })).toEqual([])
    expect((await names({ Path: '/', Recursive: true }))?.length).toBe(8)
    expect(await names({ Path: '/aws/service' })).toEqual([])
    for (const Path of ['a', '', '/a//b', '/ssm/x', '/aws/reference/secretsmanager', '/a b']) {
      await expect(names({ Path })).rejects.toMatchObject({ code: 'ValidationException' })
    }
  })

  test('whoever may read a path may read what is below it, even where that is denied', async () => {
    await ssm.put('/a/b/c', 'v')
    const user = ssm.user('u', [
      allow('ssm:GetParametersByPath', arn('/a')),
      { Version: '2012-10-17', Statement: { Effect: 'Deny', Action: 'ssm:*', Resource: arn('/a/b*') } },
    ])
    expect(await names({ Path: '/a', Recursive: true }, user)).toEqual(['/a/b/c'])
    for (const Path of ['/a/b', '/', '/a/'])
      await expect(names({ Path }, user)).rejects.toMatchObject({
        code: 'AccessDeniedException',
        text: expect.stringContaining(`on resource: ${arn(Path)}`),
      })
    const flat = ssm.user('f', [
      allow('ssm:GetParametersByPath', '*', { Condition: { StringEquals: { 'ssm:Recursive': 'false' } } }),
    ])
    expect(await names({ Path: '/a/b' }, flat)).toEqual(['/a/b/c'])
    await expect(names({ Path: '/a', Recursive: true }, flat)).rejects.toMatchObject({ code: 'AccessDeniedException' })
  })

  test('filters', async () => {
    await ssm.put('/a/one', 'v1')
    await ssm.put('/a/one', 'v2', { Overwrite: true })
    await ssm.put('/a/two', 'secret', { Type: 'SecureString' })
    await ssm.do('LabelParameterVersion', { Name: '/a/one', ParameterVersion: 1, Labels: ['old'] })
    const by = async (Key: string, Values: string[], Option?: string) => {
      const input = { Path: '/a', ParameterFilters: [{ Key, Values, Option }], WithDecryption: true }
      return (await ssm.do('GetParametersByPath', input)).Parameters?.map(({ Value }) => Value?.reveal())
    }
    expect(await by('Type', ['SecureString'])).toEqual(['secret'])
    expect(await by('KeyId', ['alias/'], 'BeginsWith')).toEqual(['secret'])
    expect(await by('Label', ['old', 'none'])).toEqual(['v1'])
    await expect(by('Name', ['x'])).rejects.toMatchObject({
      code: 'InvalidFilterKey',
      text: 'The following filter key is not valid: Name. Valid filter keys include: [Type, KeyId].',
    })
    await expect(by('tag:x', ['x'])).rejects.toMatchObject({ code: 'InvalidFilterKey' })
    await expect(by('Label', ['o'], 'BeginsWith')).rejects.toMatchObject({ code: 'InvalidFilterOption' })
    await expect(by('Type', ['Any'])).rejects.toMatchObject({ code: 'InvalidFilterOption' })
  })
})

describe('secrets as parameters', () => {
  const create = (Name: string, value: object) =>
    ssm.call(ssm.admin, 'secretsmanager', 'CreateSecret', {
      Name,
      ClientRequestToken: '11111111-2222-4333-8444-555555555555',
      ...value,
    })

  test('are read under a name of their own, in the name of the caller', async () => {
    const made = (await create('db', { SecretString: new Secret('hunter2') })) as unknown as { ARN: string }
    const Name = '/aws/reference/secretsmanager/db'
    const { Parameter } = await ssm.do('GetParameter', { Name, WithDecryption: true })
    expect(Parameter).toMatchObject({ Name, Type: 'SecureString', Version: 0, ARN: made.ARN })
    expect(Parameter?.Value?.reveal()).toBe('hunter2')
    expect(JSON.parse(Parameter?.SourceResult as string)).toMatchObject({
      ARN: made.ARN,
      name: 'db',
      secretString: 'hunter2',
      versionStages: ['AWSCURRENT'],
    })
    for (const selector of ['AWSCURRENT', '11111111-2222-4333-8444-555555555555']) {
      expect(await ssm.value(`${Name}:${selector}`)).toBe('hunter2')
    }
    const half = ssm.user('half', [allow('ssm:GetParameter')])
    await expect(ssm.value(Name, half)).rejects.toMatchObject({
      code: 'AccessDeniedException',
      text: expect.stringContaining('secretsmanager:GetSecretValue'),
    })
    const whole = ssm.user('whole', [allow('ssm:GetParameter'), allow('secretsmanager:GetSecretValue', made.ARN)])
    expect(await ssm.value(Name, whole)).toBe('hunter2')
  })

  test('that are not there, or not asked for decrypted', async () => {
    const Name = '/aws/reference/secretsmanager/none'
    await expect(ssm.do('GetParameter', { Name })).rejects.toMatchObject({
      code: 'ValidationException',
      text: 'WithDecryption flag must be True for retrieving a Secret Manager secret.',
    })
    await expect(ssm.value(Name)).rejects.toMatchObject({
      code: 'ParameterNotFound',
      text: `An error occurred (ParameterNotFound) when referencing Secrets Manager: Secret ${Name} not found.`,
    })
    for (const wrong of [`${Name}:`, `${Name}:a:b`, '/aws/reference/secretsmanager/'])
      await expect(ssm.value(wrong)).rejects.toMatchObject({ code: 'ValidationException' })
    await create('bytes', { SecretBinary: new Secret(Buffer.from([0, 255])) })
    const Names = [Name, '/aws/reference/secretsmanager/bytes']
    const { Parameters, InvalidParameters } = await ssm.do('GetParameters', { Names, WithDecryption: true })
    expect(InvalidParameters).toEqual([Name])
    expect(Parameters?.[0]?.Value?.reveal()).toBe('AP8=')
  })
})

test('tags', async () => {
  await ssm.put('/t', 'v')
  const on = { ResourceType: 'Parameter', ResourceId: 't' } as const
  const add = (...tags: [string, string][]) =>
    ssm.do('AddTagsToResource', { ...on, Tags: tags.map(([Key, Value]) => ({ Key, Value })) })
  await add(['a', '1'], ['b', '2'])
  await add(['a', '3'])
  await ssm.do('RemoveTagsFromResource', { ...on, TagKeys: ['b', 'none'] })
  expect(await ssm.do('ListTagsForResource', on)).toEqual({ TagList: [{ Key: 'a', Value: '3' }] })
  await expect(add(['x', '1'], ['x', '2'])).rejects.toMatchObject({ code: 'ValidationException' })
  await expect(add(['AWS:x', '1'])).rejects.toMatchObject({ code: 'ValidationException' })
  const many = Array.from({ length: 50 }, (_, index): [string, string] => [`k${index}`, ''])
  await expect(add(...many)).rejects.toMatchObject({ code: 'TooManyTagsError' })
  await expect(ssm.do('ListTagsForResource', { ...on, ResourceId: '/none' })).rejects.toMatchObject({
    code: 'InvalidResourceId',
  })
  await expect(ssm.do('ListTagsForResource', { ...on, ResourceType: 'Document' })).rejects.toMatchObject({
    code: 'InvalidResourceType',
  })
})

test('settings of an account', async () => {
  const id = '/ssm/parameter-store/high-throughput-enabled'
  const SettingId = `arn:aws:ssm:us-east-1:111111111111:servicesetting${id}`
  await ssm.do('UpdateServiceSetting', { SettingId, SettingValue: 'true' })
  expect((await ssm.do('GetServiceSetting', { SettingId: id })).ServiceSetting).toMatchObject({
    SettingValue: 'true',
    Status: 'Customized',
    LastModifiedUser: 'arn:aws:iam::111111111111:root',
  })
  await expect(ssm.do('UpdateServiceSetting', { SettingId, SettingValue: 'yes' })).rejects.toMatchObject({
    code: 'ValidationException',
  })
  for (const other of ['/ssm/opsinsights/opscenter', '/ssm/parameter-store/constructor', 'x'])
    await expect(ssm.do('GetServiceSetting', { SettingId: other })).rejects.toMatchObject({
      code: 'ServiceSettingNotFound',
    })
})
