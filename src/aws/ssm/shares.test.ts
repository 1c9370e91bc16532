import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSsm, type Ssm } from './ssm.test-support.ts'

let ssm: Ssm
beforeEach(async () => {
  ssm = await openSsm()
})
afterEach(() => ssm.close())

const arn = 'arn:aws:ssm:us-east-1:111111111111:parameter/shared'
const actions = ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParameterHistory', 'ssm:DescribeParameters']
const policy = (principal: object | string = { AWS: '222222222222' }) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: principal, Action: actions, Resource: arn },
  })

test('another account reads what is shared with it, by ARN, until it is not any more', async () => {
  const other = ssm.root('222222222222')
  await ssm.put('/shared', 'v', { Tier: 'Advanced' })
  await expect(ssm.value(arn, other)).rejects.toMatchObject({ code: 'AccessDeniedException' })
  const put = await ssm.do('PutResourcePolicy', { ResourceArn: arn, Policy: policy() })
  expect(await ssm.value(arn, other)).toBe('v')
  expect((await ssm.do('GetParameters', { Names: [arn] }, other)).Parameters?.[0]).toMatchObject({
    Name: '/shared',
    ARN: arn,
  })
  expect((await ssm.do('GetParameterHistory', { Name: arn }, other)).Parameters).toHaveLength(1)
  await expect(ssm.value('/shared', other)).rejects.toMatchObject({ code: 'ParameterNotFound' })
  const shared = async (as = other) =>
    (await ssm.do('DescribeParameters', { Shared: true }, as)).Parameters?.map(({ ARN }) => ARN)
  expect(await shared()).toEqual([arn])
  expect(await shared(ssm.admin)).toEqual([])
  expect((await ssm.do('DescribeParameters', {}, other)).Parameters).toEqual([])
  expect((await ssm.do('GetResourcePolicies', { ResourceArn: arn })).Policies).toEqual([{ ...put, Policy: policy() }])
  await ssm.do('DeleteResourcePolicy', {
    ResourceArn: arn,
    PolicyId: put.PolicyId as string,
    PolicyHash: put.PolicyHash as string,
  })
  await expect(ssm.value(arn, other)).rejects.toMatchObject({ code: 'AccessDeniedException' })
  expect(await shared()).toEqual([])
})

test('a deleted parameter is shared no more, even when it is made again', async () => {
  const other = ssm.root('222222222222')
  await ssm.put('/shared', 'v', { Tier: 'Advanced' })
  await ssm.do('PutResourcePolicy', { ResourceArn: arn, Policy: policy() })
  await ssm.do('DeleteParameter', { Name: '/shared' })
  await ssm.put('/shared', 'w', { Tier: 'Advanced' })
  await expect(ssm.value(arn, other)).rejects.toMatchObject({ code: 'AccessDeniedException' })
  expect((await ssm.do('DescribeParameters', { Shared: true }, other)).Parameters).toEqual([])
})

test('what may not be shared, and how', async () => {
  const put = (Policy: string, more: object = {}) => ssm.do('PutResourcePolicy', { ResourceArn: arn, Policy, ...more })
  await expect(put(policy())).rejects.toMatchObject({ code: 'ResourceNotFoundException' })
  await ssm.put('/shared', 'v')
  await expect(put(policy())).rejects.toMatchObject({ code: 'ResourcePolicyInvalidParameterException' })
  await ssm.put('/shared', 'v', { Tier: 'Advanced', Overwrite: true })
  for (const wrong of ['{}', 'x', policy('*'), policy({ AWS: '*' })])
    await expect(put(wrong)).rejects.toMatchObject({ code: 'MalformedResourcePolicyDocumentException' })
  await expect(put(`${policy()}${' '.repeat(1024)}`)).rejects.toMatchObject({
    code: 'ResourcePolicyLimitExceededException',
    members: { Limit: 1024 },
  })
  const { PolicyId, PolicyHash } = await put(policy())
  await expect(put(policy(), { PolicyId })).rejects.toMatchObject({ code: 'ResourcePolicyInvalidParameterException' })
  await expect(put(policy(), { PolicyId, PolicyHash: 'x' })).rejects.toMatchObject({
    code: 'ResourcePolicyConflictException',
  })
  await expect(put(policy(), { PolicyId: 'x', PolicyHash })).rejects.toMatchObject({
    code: 'ResourcePolicyNotFoundException',
  })
  await put(policy({ AWS: '333333333333' }), { PolicyId, PolicyHash })
  for (let count = 2; count <= 10; count++) await put(policy())
  await expect(put(policy())).rejects.toMatchObject({ code: 'ResourcePolicyLimitExceededException' })
  const ids: (string | undefined)[] = []
  let NextToken: string | undefined
  do {
    const page = await ssm.do('GetResourcePolicies', { ResourceArn: arn, MaxResults: 4, NextToken })
    ids.push(...(page.Policies ?? []).map((entry) => entry.PolicyId))
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  expect(new Set(ids).size).toBe(10)
})
