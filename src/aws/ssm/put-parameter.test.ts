import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import { allow, openSsm, type Ssm } from './ssm.test-support.ts'

let ssm: Ssm
beforeEach(async () => {
  ssm = await openSsm()
})
afterEach(() => ssm.close())

describe('names', () => {
  const refusal = {
    rules: { code: 'ValidationException', text: expect.stringContaining('sub-paths divided by slash symbol') },
    prefix: { code: 'ValidationException', text: expect.stringContaining('prefixed with "aws" or "ssm"') },
  }
  test.each([
    ['a b', refusal.rules],
    ['/a//b', refusal.rules],
    ['/a/', refusal.rules],
    ['/', refusal.rules],
    ['ünder', refusal.rules],
    ['/a:3', refusal.rules],
    ['arn:aws:ssm:us-east-1:111111111111:parameter/a', refusal.rules],
    ['aws.key', refusal.prefix],
    ['AWSkey', refusal.prefix],
    ['/ssmKey', refusal.prefix],
    ['/ssm/key', refusal.rules],
    ['/aws/key', { code: 'AccessDeniedException', text: 'No access to reserved parameter name: /aws/key.' }],
    ['a/b', { code: 'ValidationException', text: 'Parameter name must be a fully qualified name.' }],
    [`/${'a/'.repeat(15)}b`, { code: 'HierarchyLevelLimitExceededException' }],
    [`/${'n'.repeat(1100)}`, { code: 'ValidationException', text: expect.stringContaining('1011') }],
  ])('%s is refused', async (name, expected) => {
    await expect(ssm.put(name, 'v')).rejects.toMatchObject(expected)
    expect((await ssm.do('DescribeParameters', {})).Parameters).toEqual([])
  })

  test('15 levels are allowed, and blanks around a name do not count', async () => {
    const deep = `/${'a/'.repeat(14)}b`
    await ssm.put(`  ${deep} `, 'v')
    expect(await ssm.value(deep)).toBe('v')
  })

  test('x and /x are one parameter; its answer has the name that was asked for', async () => {
    await ssm.put('x', 'v')
    await expect(ssm.put('/x', 'w')).rejects.toMatchObject({ code: 'ParameterAlreadyExists' })
    const { Parameter } = await ssm.do('GetParameter', { Name: '/x' })
    expect(Parameter).toMatchObject({ Name: '/x', ARN: 'arn:aws:ssm:us-east-1:111111111111:parameter/x' })
    const byArn = await ssm.do('GetParameter', { Name: Parameter?.ARN as string })
    expect(byArn.Parameter?.Name).toBe('x')
    await ssm.do('DeleteParameter', { Name: '/x' })
    await expect(ssm.do('GetParameter', { Name: 'x' })).rejects.toMatchObject({
      code: 'ParameterNotFound',
      text: undefined,
    })
  })
})

describe('values', () => {
  test.each([
    ['', 'Member must have length greater than or equal to 1'],
    ['{{ssm:other}}', "can't nest another parameter"],
    ['before {{ a }} after', "can't nest another parameter"],
    ['x'.repeat(4097), 'maximum parameter value of 4096'],
  ])('%.20j is refused', async (value, text) => {
    await expect(ssm.put('/v', value)).rejects.toMatchObject({
      code: 'ValidationException',
      text: expect.stringContaining(text),
    })
    expect((await ssm.do('DescribeParameters', {})).Parameters).toEqual([])
  })

  test('braces that enclose nothing may stay', async () => {
    await ssm.put('/v', '}} {{ {a}')
    expect(await ssm.value('/v')).toBe('}} {{ {a}')
  })

  test('sizes are counted in bytes', async () => {
    await ssm.put('/fits', 'é'.repeat(2048))
    await expect(ssm.put('/not', 'é'.repeat(2049))).rejects.toMatchObject({ code: 'ValidationException' })
    await ssm.put('/advanced', 'x'.repeat(8192), { Tier: 'Advanced', Type: 'SecureString' })
    expect(await ssm.value('/advanced')).toBe('x'.repeat(8192))
    await expect(ssm.put('/more', 'x'.repeat(8193), { Tier: 'Advanced' })).rejects.toMatchObject({
      text: expect.stringContaining('8192'),
    })
  })

  test('a pattern holds for the whole value, and for later ones', async () => {
    await ssm.put('/n', '100', { AllowedPattern: '\\d{1,4}' })
    await expect(ssm.put('/n', '10,000', { Overwrite: true })).rejects.toMatchObject({
      code: 'ParameterPatternMismatchException',
      text: 'Parameter value, cannot be validated against allowedPattern: \\d{1,4}',
    })
    expect(await ssm.value('/n')).toBe('100')
    await ssm.put('/n', 'any', { Overwrite: true, AllowedPattern: '' })
  })

  test.each(['(', '(a)\\1', 'a{5000}{5000}', '(?:a?){4000}b'])('pattern %s is refused', async (AllowedPattern) => {
    await expect(ssm.put('/p', 'a'.repeat(4096), { AllowedPattern })).rejects.toMatchObject({
      code: 'InvalidAllowedPatternException',
    })
  })

  test('a pattern that is catastrophic elsewhere is answered', async () => {
    await expect(ssm.put('/p', `${'a'.repeat(4000)}!`, { AllowedPattern: '(a+)+' })).rejects.toMatchObject({
      code: 'ParameterPatternMismatchException',
    })
  })

  test('data types', async () => {
    await ssm.put('/ami', 'ami-12345abcdeEXAMPLE', { DataType: 'aws:ec2:image' })
    expect((await ssm.do('GetParameter', { Name: '/ami' })).Parameter?.DataType).toBe('aws:ec2:image')
    await expect(ssm.put('/bad', 'mypicture', { DataType: 'aws:ec2:image' })).rejects.toMatchObject({
      text: expect.not.stringContaining('mypicture'),
    })
    await expect(ssm.put('/bad', 'x', { DataType: 'Text' })).rejects.toMatchObject({
      text: 'The following data type is not supported: Text (Data type names are all lowercase.)',
    })
    await expect(ssm.put('/bad', 'ami-12345678', { DataType: 'aws:ec2:image', Type: 'StringList' })).rejects.toThrow()
  })
})

describe('a parameter that is there', () => {
  test('is overwritten only if that is said; what is not said stays', async () => {
    await ssm.put('/p', 'one', { Description: 'first', Tags: [{ Key: 'a', Value: '1' }] })
    await expect(ssm.put('/p', 'two')).rejects.toMatchObject({ code: 'ParameterAlreadyExists' })
    expect(await ssm.do('PutParameter', { Name: '/p', Value: new Secret('two'), Overwrite: true })).toEqual({
      Version: 2,
      Tier: 'Standard',
    })
    const [described] = (await ssm.do('DescribeParameters', {})).Parameters ?? []
    expect(described).toMatchObject({
      Name: '/p',
      Description: 'first',
      Version: 2,
      LastModifiedUser: 'arn:aws:iam::111111111111:root',
      Policies: [],
    })
    expect((await ssm.do('ListTagsForResource', { ResourceType: 'Parameter', ResourceId: '/p' })).TagList).toHaveLength(
      1,
    )
  })

  test('keeps its type', async () => {
    await ssm.put('/p', 'one')
    await expect(ssm.put('/p', 'two', { Type: 'SecureString', Overwrite: true })).rejects.toMatchObject({
      code: 'HierarchyTypeMismatchException',
    })
  })

  test('does not take tags with its new value', async () => {
    await ssm.put('/p', 'one')
    await expect(ssm.put('/p', 'two', { Overwrite: true, Tags: [{ Key: 'a', Value: 'b' }] })).rejects.toMatchObject({
      text: expect.stringContaining("tags and overwrite can't be used together"),
    })
    expect(await ssm.value('/p')).toBe('one')
  })

  test('a new one needs a type', async () => {
    await expect(ssm.do('PutParameter', { Name: '/n', Value: new Secret('v') })).rejects.toMatchObject({
      text: 'A parameter type is required when you create a parameter.',
    })
  })
})

describe('tiers', () => {
  test('never go down', async () => {
    await ssm.put('/p', 'v', { Tier: 'Advanced' })
    await expect(ssm.put('/p', 'v', { Tier: 'Standard', Overwrite: true })).rejects.toMatchObject({
      text: expect.stringContaining("You can't downgrade a parameter"),
    })
    for (const more of [{}, { Tier: 'Intelligent-Tiering' as const }]) {
      await ssm.put('/p', 'w', { ...more, Overwrite: true })
      expect((await ssm.do('DescribeParameters', {})).Parameters?.[0]?.Tier).toBe('Advanced')
    }
  })

  test('intelligent tiering takes what is needed, and an account may make it its default', async () => {
    const SettingId = '/ssm/parameter-store/default-parameter-tier'
    await ssm.do('UpdateServiceSetting', { SettingId, SettingValue: 'Intelligent-Tiering' })
    const tierOf = async (name: string, value: string) => {
      const input = { Name: name, Value: new Secret(value), Type: 'String' as const, Overwrite: true }
      return (await ssm.do('PutParameter', input)).Tier
    }
    expect(await tierOf('/a', 'x')).toBe('Standard')
    expect(await tierOf('/b', 'x'.repeat(4097))).toBe('Advanced')
    expect(await tierOf('/a', 'x'.repeat(4097))).toBe('Advanced')
    await ssm.do('ResetServiceSetting', { SettingId })
    expect((await ssm.do('GetServiceSetting', { SettingId })).ServiceSetting).toEqual({
      SettingId,
      SettingValue: 'Standard',
      LastModifiedDate: undefined,
      LastModifiedUser: 'System',
      ARN: `arn:aws:ssm:us-east-1:111111111111:servicesetting${SettingId}`,
      Status: 'Default',
    })
  })

  test('are counted', async () => {
    await ssm.close()
    ssm = await openSsm({ quotas: { standardParameters: 2, advancedParameters: 1 } })
    await ssm.put('/a', 'v')
    await ssm.put('/b', 'v')
    await expect(ssm.put('/c', 'v')).rejects.toMatchObject({
      code: 'ParameterLimitExceeded',
      text: expect.stringContaining('standard parameters for this AWS account and Region (2)'),
    })
    await ssm.put('/c', 'v', { Tier: 'Intelligent-Tiering' })
    await expect(ssm.put('/a', 'v', { Tier: 'Advanced', Overwrite: true })).rejects.toMatchObject({
      code: 'ParameterLimitExceeded',
    })
    await ssm.do('DeleteParameter', { Name: '/c' })
    await ssm.put('/a', 'v', { Tier: 'Advanced', Overwrite: true })
    await ssm.put('/d', 'v')
    await expect(ssm.put('/e', 'v')).rejects.toMatchObject({ code: 'ParameterLimitExceeded' })
  })
})

describe('permissions', () => {
  test('overwriting, policies and tags are told apart', async () => {
    const arn = 'arn:aws:ssm:*:*:parameter/app/*'
    const once = ssm.user('once', [
      allow('ssm:PutParameter', arn, {
        Condition: { StringEquals: { 'ssm:Overwrite': 'false', 'ssm:Policies': 'false' } },
      }),
    ])
    const input = { Name: '/app/x', Value: new Secret('v'), Type: 'String' as const }
    const denied = { code: 'AccessDeniedException' }
    await expect(ssm.do('PutParameter', { ...input, Tags: [{ Key: 'a', Value: 'b' }] }, once)).rejects.toMatchObject({
      ...denied,
      text: expect.stringContaining(
        'ssm:AddTagsToResource on resource: arn:aws:ssm:us-east-1:111111111111:parameter/app/x',
      ),
    })
    await ssm.do('PutParameter', input, once)
    await expect(ssm.do('PutParameter', { ...input, Overwrite: true }, once)).rejects.toMatchObject(denied)
    await expect(
      ssm.do('PutParameter', { ...input, Name: '/app/y', Tier: 'Advanced', Policies: '[]' }, once),
    ).rejects.toMatchObject(denied)
    await expect(ssm.do('PutParameter', { ...input, Name: '/other' }, once)).rejects.toMatchObject(denied)
  })
})
