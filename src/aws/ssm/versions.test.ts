import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSsm, type Ssm } from './ssm.test-support.ts'

let ssm: Ssm
beforeEach(async () => {
  ssm = await openSsm({ quotas: { parameterVersions: 4 } })
})
afterEach(() => ssm.close())

async function putTimes(name: string, count: number): Promise<void> {
  for (let version = 1; version <= count; version++) await ssm.put(name, `v${version}`, { Overwrite: true })
}

const history = async (name: string) => {
  const { Parameters } = await ssm.do('GetParameterHistory', { Name: name })
  return Parameters?.map(({ Version, Value, Labels }) => [Version, Value?.reveal(), ...(Labels ?? [])])
}

test('a version is read by its number or a label, by name or ARN', async () => {
  await putTimes('/p', 3)
  await ssm.do('LabelParameterVersion', { Name: '/p', ParameterVersion: 2, Labels: ['good'] })
  const arn = 'arn:aws:ssm:us-east-1:111111111111:parameter/p'
  for (const [name, value, shown] of [
    ['/p:1', 'v1', '/p'],
    ['/p:3', 'v3', '/p'],
    ['/p:good', 'v2', '/p'],
    ['p:good', 'v2', 'p'],
    [`${arn}:good`, 'v2', '/p'],
  ] as const) {
    const { Parameter } = await ssm.do('GetParameter', { Name: name })
    expect([Parameter?.Value?.reveal(), Parameter?.Name]).toEqual([value, shown])
    expect(Parameter?.Selector).toBe(name.slice(name.lastIndexOf(':')))
  }
  for (const Name of ['/p:4', '/p:0', '/p:none', '/p:constructor']) {
    await expect(ssm.do('GetParameter', { Name })).rejects.toMatchObject({ code: 'ParameterVersionNotFound' })
  }
  for (const Name of ['/p:', '/p:1:2'])
    await expect(ssm.do('GetParameter', { Name })).rejects.toMatchObject({ code: 'ValidationException' })
})

test('the oldest version goes where there are too many, unless it has a label', async () => {
  await putTimes('/p', 5)
  expect((await history('/p'))?.map(([version]) => version)).toEqual([2, 3, 4, 5])
  await ssm.do('LabelParameterVersion', { Name: '/p', ParameterVersion: 2, Labels: ['keep'] })
  await expect(ssm.put('/p', 'v6', { Overwrite: true })).rejects.toMatchObject({
    code: 'ParameterMaxVersionLimitExceeded',
    text: "You attempted to create a new version of /p by calling the PutParameter API with the overwrite flag. Version 2, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again.",
  })
  expect(await ssm.value('/p')).toBe('v5')
  await ssm.do('LabelParameterVersion', { Name: '/p', Labels: ['keep'] })
  expect(await ssm.put('/p', 'v6', { Overwrite: true })).toBe(6)
  expect(await history('/p')).toEqual([
    [3, 'v3'],
    [4, 'v4'],
    [5, 'v5', 'keep'],
    [6, 'v6'],
  ])
})

test('a parameter made again begins anew', async () => {
  await putTimes('/p', 3)
  await ssm.do('LabelParameterVersion', { Name: '/p', Labels: ['l'] })
  await ssm.do('DeleteParameter', { Name: '/p' })
  await putTimes('/p', 2)
  expect(await history('/p')).toEqual([
    [1, 'v1'],
    [2, 'v2'],
  ])
})

test('labels', async () => {
  await putTimes('/p', 2)
  const label = (Labels: string[], ParameterVersion?: number) =>
    ssm.do('LabelParameterVersion', { Name: '/p', Labels, ...(ParameterVersion && { ParameterVersion }) })
  const bad = ['1st', 'awsome', 'SSM-x', 'has space', 'släsh', 'a/b']
  expect(await label([...bad, 'fine'])).toEqual({ InvalidLabels: bad, ParameterVersion: 2 })
  expect(await label(['fine'], 1)).toEqual({ InvalidLabels: [], ParameterVersion: 1 })
  await label(
    Array.from({ length: 9 }, (_, index) => `l${index}`),
    1,
  )
  await expect(label(['eleventh'], 1)).rejects.toMatchObject({ code: 'ParameterVersionLabelLimitExceeded' })
  await label(['fine'], 1)
  await expect(label(['x'], 3)).rejects.toMatchObject({
    code: 'ParameterVersionNotFound',
    text: 'Systems Manager could not find version 3 of /p. Verify the version and try again.',
  })
  const unlabel = { Name: '/p', ParameterVersion: 1, Labels: ['l0', 'fine', 'none'] }
  expect(await ssm.do('UnlabelParameterVersion', unlabel)).toEqual({
    RemovedLabels: ['l0', 'fine'],
    InvalidLabels: ['none'],
  })
  await expect(ssm.do('GetParameter', { Name: '/p:fine' })).rejects.toMatchObject({ code: 'ParameterVersionNotFound' })
  await expect(ssm.do('LabelParameterVersion', { Name: '/none', Labels: ['x'] })).rejects.toMatchObject({
    code: 'ParameterNotFound',
  })
})

test('history is paged, and goes on behind what was seen when the oldest go meanwhile', async () => {
  await putTimes('/p', 4)
  const first = await ssm.do('GetParameterHistory', { Name: '/p', MaxResults: 2 })
  expect(first.Parameters?.map(({ Version }) => Version)).toEqual([1, 2])
  await putTimes('/p', 4)
  const second = await ssm.do('GetParameterHistory', {
    Name: '/p',
    MaxResults: 2,
    NextToken: first.NextToken as string,
  })
  expect(second.Parameters?.map(({ Version }) => Version)).toEqual([5, 6])
  await ssm.put('/q', 'v')
  for (const [Name, NextToken] of [
    ['/q', first.NextToken as string],
    ['/p', 'garbage'],
    ['/p', ''],
  ] as const) {
    await expect(ssm.do('GetParameterHistory', { Name, NextToken })).rejects.toMatchObject({ code: 'InvalidNextToken' })
  }
})
