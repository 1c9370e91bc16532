import { expect, test } from 'vitest'
import { openSecretsManager, refusal } from '../../../test/secrets-manager.ts'

const tag = (Key: string, Value = 'v') => ({ Key, Value })

test('tags are absent until the first, keep their order, and leave an empty list', async () => {
  const { harness, sm } = await openSecretsManager()
  await sm('CreateSecret', { Name: 's' })
  const tags = async () => (await sm('DescribeSecret', { SecretId: 's' })).Tags
  expect(await tags()).toBeUndefined()
  expect(await sm('TagResource', { SecretId: 's', Tags: [tag('b'), tag('a')] })).toEqual({})
  await sm('TagResource', { SecretId: 's', Tags: [tag('c'), tag('b', 'new')] })
  expect(await tags()).toEqual([tag('b', 'new'), tag('a'), tag('c')])
  expect(await sm('UntagResource', { SecretId: 's', TagKeys: ['b', 'a', 'c', 'none'] })).toEqual({})
  expect(await tags()).toEqual([])
  await harness.close()
})

test('keys are unique, not reserved, and at most 50', async () => {
  const { harness, sm } = await openSecretsManager()
  await sm('CreateSecret', { Name: 's' })
  const many = Array.from({ length: 51 }, (_one, index) => tag(`k${index}`))
  for (const Tags of [[tag('a'), tag('a')], [tag('AWS:x')], [{ Value: 'v' }], many]) {
    expect(await refusal(sm('TagResource', { SecretId: 's', Tags }))).toMatch(/^InvalidParameterException/)
    expect(await refusal(sm('CreateSecret', { Name: 't', Tags }))).toMatch(/^InvalidParameterException/)
  }
  expect(await refusal(sm('UntagResource', { SecretId: 's', TagKeys: ['aws:x'] }))).toMatch(/^InvalidParameter/)
  await sm('TagResource', { SecretId: 's', Tags: [...many.slice(1), tag('__proto__')].slice(1) })
  expect((await sm('DescribeSecret', { SecretId: 's' })).Tags).toHaveLength(50)
  await harness.close()
})

test('nobody takes the tag away, or changes it, that lets him in', async () => {
  const { harness, sm, as } = await openSecretsManager()
  await sm('CreateSecret', { Name: 's', Tags: [tag('team', 'blue'), tag('x')] })
  const user = as(
    harness.user('u', [
      {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['secretsmanager:TagResource', 'secretsmanager:UntagResource'],
            Resource: '*',
            Condition: { StringEquals: { 'secretsmanager:ResourceTag/team': 'blue' } },
          },
        ],
      },
    ]),
  )
  expect(await refusal(user('UntagResource', { SecretId: 's', TagKeys: ['team'] }))).toMatch(/^AccessDenied/)
  expect(await refusal(user('TagResource', { SecretId: 's', Tags: [tag('team', 'red')] }))).toMatch(/^AccessDenied/)
  await user('UntagResource', { SecretId: 's', TagKeys: ['x'] })
  await user('TagResource', { SecretId: 's', Tags: [tag('y')] })
  expect((await sm('DescribeSecret', { SecretId: 's' })).Tags).toEqual([tag('team', 'blue'), tag('y')])
  await harness.close()
})
