import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { advanceThrough } from '../../schedule/advance.ts'
import { AwsError } from '../errors.ts'
import { readPolicies } from './policies.ts'
import { openSsm, type Ssm } from './ssm.test-support.ts'

const day = 86_400_000
let ssm: Ssm
beforeEach(async () => {
  ssm = await openSsm()
})
afterEach(() => ssm.close())

const expiration = (Timestamp: string) => ({ Type: 'Expiration', Version: '1.0', Attributes: { Timestamp } })
const notice = (Before: string, Unit = 'Days') => ({
  Type: 'ExpirationNotification',
  Version: '1.0',
  Attributes: { Before, Unit },
})
const noChange = (After: string, Unit = 'Days') => ({
  Type: 'NoChangeNotification',
  Version: '1.0',
  Attributes: { After, Unit },
})
const at = (milliseconds: number) => new Date(ssm.clock.now() + milliseconds).toISOString()
const pass = (milliseconds: number) => advanceThrough(ssm.clock, ssm.scheduler, ssm.clock.now() + milliseconds)
const advanced = (...policies: object[]) => ({ Tier: 'Advanced' as const, Policies: JSON.stringify(policies) })
const actions = () =>
  ssm.told
    .filter(({ detailType }) => detailType === 'Parameter Store Policy Action')
    .map(({ detail }) => (detail as Record<string, string>)['policy-type'])

describe('what is refused', () => {
  test.each([
    ['not JSON', '{', 'ValidationException'],
    ['no list', JSON.stringify(expiration('2030-01-01T00:00:00Z')), 'ValidationException'],
    ['a list of texts', '["x"]', 'ValidationException'],
    ['two ends', JSON.stringify([1, 2].map(() => expiration('2030-01-01T00:00:00Z'))), 'IncompatiblePolicyException'],
    ['a notice of no end', JSON.stringify([notice('1')]), 'IncompatiblePolicyException'],
    ['eleven', JSON.stringify(Array.from({ length: 11 }, () => noChange('1'))), 'PoliciesLimitExceededException'],
    ['another type', JSON.stringify([{ ...noChange('1'), Type: 'Rotate' }]), 'InvalidPolicyTypeException'],
    ['another unit', JSON.stringify([noChange('1', 'Minutes')]), 'InvalidPolicyAttributeException'],
    ['a unit of every object', JSON.stringify([noChange('1', 'constructor')]), 'InvalidPolicyAttributeException'],
    ['no number', JSON.stringify([noChange('soon')]), 'InvalidPolicyAttributeException'],
    ['too long', JSON.stringify([noChange('999999')]), 'InvalidPolicyAttributeException'],
    ['no time', JSON.stringify([expiration('tomorrow')]), 'InvalidPolicyAttributeException'],
    ['no such day', JSON.stringify([expiration('2030-02-30T00:00:00Z')]), 'InvalidPolicyAttributeException'],
    ['no version', JSON.stringify([{ Type: 'Expiration', Attributes: {} }]), 'InvalidPolicyAttributeException'],
  ])('%s', async (_what, Policies, code) => {
    await expect(ssm.put('/p', 'v', { Tier: 'Advanced', Policies })).rejects.toMatchObject({ code })
    await expect(ssm.do('GetParameter', { Name: '/p' })).rejects.toMatchObject({ code: 'ParameterNotFound' })
  })

  test('policies of a standard parameter', async () => {
    await expect(ssm.put('/p', 'v', { Policies: JSON.stringify([noChange('1')]) })).rejects.toMatchObject({
      code: 'ValidationException',
    })
  })

  test('whatever else is given, with an error of AWS', () => {
    const odd = fc
      .jsonValue()
      .map((value) => JSON.stringify([{ Type: 'Expiration', Version: '1.0', Attributes: value }]))
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), odd), (text) => {
        try {
          readPolicies(text, 0)
        } catch (error) {
          expect(error).toBeInstanceOf(AwsError)
        }
      }),
    )
  })
})

test.each([
  ['2019-11-01T22:13:48.87+10:30:00', '2019-11-01T11:43:48.870Z'],
  ['2018-12-02T21:34:33.000Z', '2018-12-02T21:34:33.000Z'],
  ['2018-12-02T21:34-01:00', '2018-12-02T22:34:00.000Z'],
])('the time %s', (text, expected) => {
  const [policy] = readPolicies(JSON.stringify([expiration(text)]), 0)
  expect(policy?.rule).toEqual({ type: 'Expiration', at: Date.parse(expected) })
})

test('a parameter is gone when it expires, with notice before it', async () => {
  await ssm.put('/p', 'one', { ...advanced(expiration(at(30 * day)), notice('10')), Description: 'd' })
  await ssm.put('/p', 'two', { Overwrite: true })
  await pass(19 * day)
  expect(actions()).toEqual([])
  await pass(day)
  expect(actions()).toEqual(['ExpirationNotification'])
  const [described] = (await ssm.do('DescribeParameters', {})).Parameters ?? []
  expect(described?.Policies).toMatchObject([
    { PolicyType: 'Expiration', PolicyStatus: 'Pending' },
    { PolicyType: 'ExpirationNotification', PolicyStatus: 'Finished', PolicyText: JSON.stringify(notice('10')) },
  ])
  expect(await ssm.value('/p')).toBe('two')
  await pass(10 * day)
  await expect(ssm.value('/p')).rejects.toMatchObject({ code: 'ParameterNotFound' })
  expect(actions()).toEqual(['ExpirationNotification', 'Expiration'])
  expect(ssm.told.at(-1)).toMatchObject({
    source: 'aws.ssm',
    detailType: 'Parameter Store Change',
    resources: ['arn:aws:ssm:us-east-1:111111111111:parameter/p'],
    detail: { operation: 'Delete', name: '/p', type: 'String', description: 'd' },
  })
  await ssm.put('/p', 'again')
  await pass(60 * day)
  expect(await ssm.value('/p')).toBe('again')
  expect(ssm.failures).toEqual([])
})

test('that nothing changed is told once, and again after the next change', async () => {
  await ssm.put('/p', 'one', advanced(noChange('20', 'Hours')))
  await pass(day / 2)
  await ssm.put('/p', 'two', { Overwrite: true })
  await pass(day / 2)
  expect(actions()).toEqual([])
  await pass(3 * day)
  expect(actions()).toEqual(['NoChangeNotification'])
  expect(ssm.told.at(-1)?.detail).toMatchObject({
    'parameter-name': '/p',
    'parameter-type': 'String',
    'policy-content': JSON.stringify(noChange('20', 'Hours')),
    'action-status': 'Success',
    'action-reason': expect.stringMatching(/^The parameter has not been changed for 20 hours\. .*created at 20/),
  })
  await ssm.put('/p', 'three', { Overwrite: true })
  await pass(day)
  expect(actions()).toHaveLength(2)
})

test('new policies take the place of the old ones, and an empty one takes them away', async () => {
  await ssm.put('/p', 'v', advanced(expiration(at(day))))
  await ssm.put('/p', 'v', { Overwrite: true, ...advanced(expiration(at(5 * day))) })
  await pass(2 * day)
  expect(await ssm.value('/p')).toBe('v')
  await ssm.put('/p', 'v', { Overwrite: true, Policies: '[{}]' })
  await pass(10 * day)
  expect(await ssm.value('/p')).toBe('v')
  await ssm.put('/late', 'v', advanced(expiration(at(-day))))
  await ssm.scheduler.runDue()
  await expect(ssm.value('/late')).rejects.toMatchObject({ code: 'ParameterNotFound' })
})

test('what failed is tried again', async () => {
  await ssm.close()
  let failures = 2
  const told: string[] = []
  ssm = await openSsm({
    events: {
      wants: () => true,
      emit(_tx, { detailType }) {
        if (detailType === 'Parameter Store Policy Action' && failures-- > 0) throw new Error('the sink is away')
        told.push(detailType)
      },
    },
  })
  await ssm.put('/p', 'v', advanced(expiration(at(day))))
  await pass(2 * day)
  expect(ssm.failures).toHaveLength(2)
  expect(told).toContain('Parameter Store Policy Action')
  await expect(ssm.value('/p')).rejects.toMatchObject({ code: 'ParameterNotFound' })
})

test('changes are told', async () => {
  await ssm.put('/p', 'v', { Description: 'about' })
  await ssm.put('/p', 'w', { Overwrite: true })
  await ssm.do('LabelParameterVersion', { Name: '/p', Labels: ['x'] })
  await ssm.do('LabelParameterVersion', { Name: '/p', Labels: ['1'] })
  await ssm.do('DeleteParameters', { Names: ['/p', '/q'] })
  expect(
    ssm.told
      .filter(({ source }) => source === 'aws.ssm')
      .filter(({ detailType }) => detailType.startsWith('Parameter'))
      .map(({ detail }) => detail),
  ).toEqual(
    ['Create', 'Update', 'LabelParameterVersion', 'Delete'].map((operation) => ({
      operation,
      name: '/p',
      type: 'String',
      description: 'about',
    })),
  )
})
