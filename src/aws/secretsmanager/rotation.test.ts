import { expect, test } from 'vitest'
import { openSecretsManager, refusal, type SecretsManager } from '../../../test/secrets-manager.ts'
import { AdvancingClock } from '../../base/clock.ts'
import { Secret } from '../../base/secret.ts'
import type { ChangeEvent } from '../../events/event.ts'
import type { ChangeEvents } from '../../events/outbox.ts'
import { devSeal } from '../../seal/seals/dev.ts'
import { MemoryBackend } from '../../store/memory.ts'
import { AwsError } from '../errors.ts'
import { openRotators } from '../../rotators/open-rotators.ts'
import {
  type RemoteRotator,
  type RotationEvent,
  type RotationStep,
  type Rotator,
  stepDone,
  stepFailed,
  type StepOutcome,
} from '../../rotators/rotator.ts'

const day = 86_400_000
const generic = 'keyturn:rotator/generic'
const database = { connectMilliseconds: 1000, statementMilliseconds: 1000 }

interface Rotating extends SecretsManager {
  /** The steps that the function `keyturn:webhook/f` was asked for. */
  readonly asked: RotationEvent[]
  readonly run: () => Promise<number>
  readonly value: (more?: object) => Promise<unknown>
  readonly described: () => Promise<Record<string, unknown>>
  readonly eventNames: () => Promise<readonly unknown[]>
}

type Answering = (event: RotationEvent, api: SecretsManager) => Promise<StepOutcome | undefined>

/** A function as AWS's templates write it, over the API; `answering` may fail in its place. */
async function open(answering: Answering = async () => undefined): Promise<Rotating> {
  const asked: RotationEvent[] = []
  const f: RemoteRotator = {
    async invoke(event) {
      asked.push(event)
      return (await answering(event, api)) ?? (await templateStep(event, api).catch(thrown))
    },
  }
  const rotators = openRotators({
    database,
    webhook: (name) => (name === 'f' ? f : undefined),
    forward: () => undefined,
  })
  const api = await openSecretsManager({ rotators })
  await api.sm('CreateSecret', { Name: 's', SecretString: 'first' })
  return {
    ...api,
    asked,
    run: () => api.harness.scheduler.runDue(),
    value: async (more = {}) => (await api.sm('GetSecretValue', { SecretId: 's', ...more }))['SecretString'],
    described: () => api.sm('DescribeSecret', { SecretId: 's' }),
    eventNames: async () =>
      (await api.harness.events()).map(({ eventName }) => eventName).filter((name) => /Rotation/.test(String(name))),
  }
}

/** What a function throws is its failure. */
function thrown(error: unknown): StepOutcome {
  if (error instanceof AwsError) return stepFailed(error.code)
  throw error
}

/** The four steps of AWS's published templates, without a database. */
async function templateStep(event: RotationEvent, { sm }: SecretsManager): Promise<StepOutcome> {
  const { SecretId, ClientRequestToken: token } = event
  const described = await sm('DescribeSecret', { SecretId })
  const stages = described['VersionIdsToStages'] as Record<string, string[]>
  if (!described['RotationEnabled'] || !stages[token]) return stepFailed('ValueError')
  if (stages[token].includes('AWSCURRENT')) return stepDone
  if (!stages[token].includes('AWSPENDING')) return stepFailed('ValueError')
  if (event.Step === 'createSecret') {
    const pending = { SecretId, VersionId: token, VersionStage: 'AWSPENDING' }
    if ((await refusal(sm('GetSecretValue', pending))) === 'not refused') return stepDone
    const made = { SecretId, ClientRequestToken: token, SecretString: `made ${token}`, VersionStages: ['AWSPENDING'] }
    await sm('PutSecretValue', { ...made, RotationToken: event.RotationToken })
  }
  if (event.Step === 'finishSecret') {
    const now = Object.keys(stages).find((id) => stages[id]?.includes('AWSCURRENT'))
    const move = { SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: token, RemoveFromVersionId: now }
    await sm('UpdateSecretVersionStage', move)
  }
  return stepDone
}

const byFunction = { SecretId: 's', RotationLambdaARN: 'keyturn:webhook/f' }
const token = 'rotation-token-of-thirty-two-or-more'

test('a rotation is answered at once, and done in four steps with the ARN of the secret', async () => {
  const { harness, sm, asked, run, value, described, eventNames } = await open()
  const before = await described()
  const answer = await sm('RotateSecret', {
    ...byFunction,
    ClientRequestToken: token,
    RotationRules: { AutomaticallyAfterDays: 30 },
  })
  expect(answer).toEqual({ ARN: before['ARN'], Name: 's', VersionId: token })
  const first = (await sm('GetSecretValue', { SecretId: 's' })).VersionId
  expect((await described())['VersionIdsToStages']).toEqual({ [first]: ['AWSCURRENT'], [token]: ['AWSPENDING'] })
  expect(await refusal(sm('GetSecretValue', { SecretId: 's', VersionId: token, VersionStage: 'AWSPENDING' }))).toMatch(
    /^ResourceNotFoundException/,
  )
  expect(await value()).toBe('first')
  await run()
  expect(asked.map(({ Step }) => Step)).toEqual(['createSecret', 'setSecret', 'testSecret', 'finishSecret'])
  expect(new Set(asked.map(({ SecretId }) => SecretId))).toEqual(new Set([before['ARN']]))
  expect(new Set(asked.map(({ ClientRequestToken: id }) => id))).toEqual(new Set([token]))
  expect(asked[0]?.RotationToken).toMatch(/^[a-zA-Z0-9-]{36,256}$/)
  expect(await value()).toBe(`made ${token}`)
  const now = harness.clock.now()
  const after = await described()
  expect(after).toMatchObject({
    RotationEnabled: true,
    RotationLambdaARN: 'keyturn:webhook/f',
    RotationRules: { AutomaticallyAfterDays: 30 },
    VersionIdsToStages: { [first]: ['AWSPREVIOUS'], [token]: ['AWSPENDING', 'AWSCURRENT'] },
  })
  expect(Math.abs(Number(after['LastRotatedDate']) - now)).toBeLessThan(10_000)
  const midnight = now - (now % day)
  expect(after['NextRotationDate']).toBe(midnight + 31 * day - 1000)
  expect(await eventNames()).toEqual(['RotationStarted', 'RotationSucceeded'])
  expect(JSON.stringify(await harness.events())).not.toContain(asked[0]?.RotationToken)
  expect(harness.failures).toEqual([])
  await harness.close()
})

test('both labels on one version do not stand in the way of the next rotation', async () => {
  const { sm, run, value, described, harness } = await open()
  await sm('RotateSecret', { ...byFunction, ClientRequestToken: token })
  await run()
  const { VersionId } = await sm('RotateSecret', { SecretId: 's' })
  expect((await described())['VersionIdsToStages']).toMatchObject({
    [token]: ['AWSCURRENT'],
    [VersionId]: ['AWSPENDING'],
  })
  await run()
  expect(await value()).toBe(`made ${VersionId}`)
  await harness.close()
})

test('a rotation that fails is tried again under its token, with pauses that grow; the value stays', async () => {
  let failing = true
  const { harness, sm, asked, advance, run, value, described, eventNames } = await open(async ({ Step }) =>
    Step === 'setSecret' && failing ? stepFailed('Unhandled', 'no') : undefined,
  )
  await sm('RotateSecret', { ...byFunction, ClientRequestToken: token })
  await run()
  expect(asked.map(({ Step }) => Step)).toEqual(['createSecret', 'setSecret'])
  for (const again of [{}, { RotationRules: { AutomaticallyAfterDays: 7 } }]) {
    expect(await refusal(sm('RotateSecret', { SecretId: 's', ...again }))).toBe(
      "InvalidRequestException: A previous rotation isn't complete. That rotation will be reattempted.",
    )
  }
  await advance(day)
  const tries = asked.length / 2
  expect(tries).toBeGreaterThan(9)
  expect(tries).toBeLessThan(25)
  expect(await value()).toBe('first')
  expect(await value({ VersionId: token, VersionStage: 'AWSPENDING' })).toBe(`made ${token}`)
  failing = false
  await advance(day)
  expect(await value()).toBe(`made ${token}`)
  expect(new Set(asked.map(({ ClientRequestToken: id }) => id))).toEqual(new Set([token]))
  expect((await described())['LastRotatedDate']).toBeDefined()
  const names = await eventNames()
  expect(names.filter((name) => name === 'RotationFailed')).toHaveLength((asked.length - 4) / 2)
  expect(names.at(-1)).toBe('RotationSucceeded')
  const failed = (await harness.events()).find(({ eventName }) => eventName === 'RotationFailed')
  expect(failed).toMatchObject({
    eventType: 'AwsServiceEvent',
    additionalEventData: { VersionId: token, Attempt: 1, Step: 'setSecret', Error: 'Unhandled' },
  })
  await harness.close()
})

test('a function that does not move AWSCURRENT has not finished', async () => {
  const { harness, sm, run, value, described, eventNames } = await open(async ({ Step }) =>
    Step === 'finishSecret' ? stepDone : undefined,
  )
  await sm('RotateSecret', { ...byFunction, ClientRequestToken: token })
  await run()
  expect(await value()).toBe('first')
  expect((await described())['LastRotatedDate']).toBeUndefined()
  expect(await eventNames()).toEqual(['RotationStarted', 'RotationFailed'])
  await harness.close()
})

test('a value put by hand abandons a rotation, and counts as one', async () => {
  const { harness, sm, asked, advance, run, value, described, eventNames } = await open(async ({ Step }) =>
    Step === 'testSecret' ? stepFailed('no') : undefined,
  )
  await sm('RotateSecret', { ...byFunction, ClientRequestToken: token, RotationRules: { AutomaticallyAfterDays: 10 } })
  await run()
  await advance(2 * day)
  const tried = asked.length
  await sm('PutSecretValue', { SecretId: 's', SecretString: 'by hand' })
  const now = harness.clock.now()
  expect(await described()).toMatchObject({ NextRotationDate: now - (now % day) + 11 * day - 1000 })
  expect(Object.values((await described())['VersionIdsToStages'] as object).flat()).not.toContain('AWSPENDING')
  await advance(day)
  expect(asked.length).toBe(tried)
  expect(await value()).toBe('by hand')
  expect((await eventNames()).at(-1)).toBe('RotationAbandoned')
  await harness.close()
})

test('taking the pending label off ends a stuck rotation; the next one is free', async () => {
  let failing = true
  const { harness, sm, run, value, eventNames } = await open(async () => (failing ? stepFailed('no') : undefined))
  await sm('RotateSecret', { ...byFunction, ClientRequestToken: token })
  await run()
  await sm('UpdateSecretVersionStage', { SecretId: 's', VersionStage: 'AWSPENDING', RemoveFromVersionId: token })
  failing = false
  const { VersionId } = await sm('RotateSecret', { SecretId: 's' })
  await run()
  expect(await value()).toBe(`made ${VersionId}`)
  expect(await eventNames()).toEqual([
    'RotationStarted',
    'RotationFailed',
    'RotationAbandoned',
    'RotationStarted',
    'RotationSucceeded',
  ])
  await harness.close()
})

test('cancelling leaves the labels, and ends the attempts', async () => {
  const { harness, sm, asked, advance, run, described } = await open(async () => stepFailed('no'))
  await sm('RotateSecret', { ...byFunction, ClientRequestToken: token, RotationRules: { AutomaticallyAfterDays: 1 } })
  await run()
  expect((await sm('CancelRotateSecret', { SecretId: 's' })).VersionId).toBe(token)
  await advance(10 * day)
  expect(asked).toHaveLength(1)
  const after = await described()
  expect(after).toMatchObject({ RotationEnabled: false, RotationLambdaARN: 'keyturn:webhook/f' })
  expect(after).not.toHaveProperty('NextRotationDate')
  expect((after['VersionIdsToStages'] as Record<string, unknown>)[token]).toEqual(['AWSPENDING'])
  expect(await refusal(sm('RotateSecret', { SecretId: 's' }))).toMatch(/A previous rotation isn't complete/)
  await harness.close()
})

test('a rotation that waits for its window is tested first, with a copy that goes again', async () => {
  const seen: unknown[] = []
  const { harness, sm, asked, advance, run, value, described, eventNames } = await open(async ({ Step }, api) => {
    if (asked.length === 1) {
      seen.push((await api.sm('GetSecretValue', { SecretId: 's', VersionStage: 'AWSPENDING' }))['SecretString'])
      seen.push(Step)
    }
    return undefined
  })
  const rules = { RotationRules: { AutomaticallyAfterDays: 5 }, RotateImmediately: false }
  await sm('RotateSecret', { ...byFunction, ...rules, ClientRequestToken: token })
  await run()
  expect(seen).toEqual(['first', 'testSecret'])
  expect(asked).toHaveLength(1)
  expect(await value()).toBe('first')
  const after = await described()
  expect(after).not.toHaveProperty('LastRotatedDate')
  expect(Object.values(after['VersionIdsToStages'] as object)).toEqual([['AWSCURRENT']])
  expect((await sm('ListSecretVersionIds', { SecretId: 's', IncludeDeprecated: true }))['Versions']).toHaveLength(1)
  expect(await eventNames()).toEqual(['TestRotationStarted', 'TestRotationSucceeded'])
  await advance(6 * day)
  expect(asked).toHaveLength(5)
  expect(await value()).toMatch(/^made/)
  await harness.close()
})

test('a test that fails is told, and the schedule stands', async () => {
  const { harness, sm, asked, run, described, eventNames, advance } = await open(async ({ Step }) =>
    Step === 'testSecret' && asked.length === 1 ? stepFailed('no') : undefined,
  )
  await sm('RotateSecret', { ...byFunction, RotationRules: { AutomaticallyAfterDays: 5 }, RotateImmediately: false })
  await run()
  expect(await eventNames()).toEqual(['TestRotationStarted', 'TestRotationFailed'])
  expect(await described()).toMatchObject({ RotationEnabled: true })
  await advance(6 * day)
  expect((await eventNames()).at(-1)).toBe('RotationSucceeded')
  await harness.close()
})

test('a month that passes in an instant holds every rotation of its schedule', async () => {
  const { harness, sm, run, advance, described, eventNames } = await open()
  await sm('RotateSecret', {
    SecretId: 's',
    RotationLambdaARN: generic,
    RotationRules: { ScheduleExpression: 'rate(10 days)' },
  })
  await run()
  await advance(31 * day)
  expect((await eventNames()).filter((name) => name === 'RotationSucceeded')).toHaveLength(4)
  expect(await described()).toMatchObject({
    RotationRules: { AutomaticallyAfterDays: 10, ScheduleExpression: 'rate(10 days)' },
  })
  expect(harness.failures).toEqual([])
  await harness.close()
})

test('a window that was missed is made up, once', async () => {
  const { harness, sm, run, eventNames } = await open()
  await sm('RotateSecret', { SecretId: 's', RotationLambdaARN: generic, RotationRules: { AutomaticallyAfterDays: 10 } })
  await run()
  harness.clock.advanceTo(harness.clock.now() + 45 * day)
  await run()
  expect((await eventNames()).filter((name) => name === 'RotationSucceeded')).toHaveLength(2)
  await harness.close()
})

test('the generic rotator replaces a member of an object, or the whole text', async () => {
  const { harness, sm, run } = await open()
  const object = { username: 'u', password: 'old', port: 1 }
  await sm('CreateSecret', { Name: 'object', SecretString: JSON.stringify(object) })
  const rotated = async (SecretId: string, RotationLambdaARN: string) => {
    await sm('RotateSecret', { SecretId, RotationLambdaARN })
    await run()
    return String((await sm('GetSecretValue', { SecretId }))['SecretString'])
  }
  const after = JSON.parse(await rotated('object', generic)) as typeof object
  expect({ ...after, password: '' }).toEqual({ ...object, password: '' })
  expect(after.password).toMatch(/^.{32}$/)
  expect(await rotated('s', `${generic}?length=60&exclude=abc`)).toMatch(/^[^abc]{60}$/)
  const arn = 'arn:aws:lambda:us-east-1:111111111111:function:keyturn-rotator-generic'
  expect(await rotated('s', arn)).toMatch(/^.{32}$/)
  await harness.close()
})

test('whoever rotates needs leave to invoke the function; refused, nothing is recorded', async () => {
  const { harness, as, described } = await open()
  const before = await described()
  const allow = (...Action: string[]) => ({ Statement: [{ Effect: 'Allow', Action, Resource: '*' }] })
  const half = as(harness.user('half', [allow('secretsmanager:*')]))
  expect(await refusal(half('RotateSecret', { SecretId: 's', RotationLambdaARN: generic }))).toBe(
    'AccessDeniedException: User: arn:aws:iam::111111111111:user/half is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:111111111111:function:keyturn-rotator-generic because no identity-based policy allows the lambda:InvokeFunction action',
  )
  expect(await described()).toEqual(before)
  const whole = as(harness.user('whole', [allow('secretsmanager:RotateSecret', 'lambda:InvokeFunction')]))
  expect(await refusal(whole('RotateSecret', { SecretId: 's', RotationLambdaARN: generic }))).toBe('not refused')
  await harness.close()
})

test('a function elsewhere is invoked for whoever may in his own account', async () => {
  const elsewhere = 'arn:aws:lambda:eu-west-1:222222222222:function:rotate'
  const asked: RotationEvent[] = []
  const remote: RemoteRotator = {
    async invoke(event) {
      asked.push(event)
      return stepFailed('away')
    },
  }
  const rotators = openRotators({
    database,
    webhook: () => undefined,
    forward: (arn, account) => (arn === elsewhere && account === '111111111111' ? remote : undefined),
  })
  const { harness, sm, as } = await openSecretsManager({ rotators })
  await sm('CreateSecret', { Name: 's', SecretString: 'first' })
  const rotate = { SecretId: 's', RotationLambdaARN: elsewhere }
  const allow = (Resource: string) => ({
    Statement: [{ Effect: 'Allow', Action: ['secretsmanager:*', 'lambda:*'], Resource }],
  })
  const secretsOnly = as(harness.user('other', [allow('arn:aws:secretsmanager:*')]))
  expect(await refusal(secretsOnly('RotateSecret', rotate))).toMatch(/^AccessDeniedException: User: /)
  await as(harness.user('one', [allow('*')]))('RotateSecret', rotate)
  await harness.scheduler.runDue()
  expect(asked).toHaveLength(1)
  await harness.close()
})

test.each([
  'arn:aws:lambda:us-east-1:222222222222:function:keyturn-rotator-generic',
  'arn:aws:lambda:eu-west-1:111111111111:function:keyturn-rotator-generic',
  'arn:aws:lambda:us-east-1:111111111111:function:missing',
])('%s can be invoked by nobody', async (RotationLambdaARN) => {
  const { harness, sm, described } = await open()
  const before = await described()
  expect(await refusal(sm('RotateSecret', { SecretId: 's', RotationLambdaARN }))).toMatch(
    /^AccessDeniedException: Secrets Manager cannot invoke the specified Lambda function\./,
  )
  expect(await described()).toEqual(before)
  await harness.close()
})

const noRotator = (name: string) =>
  `There is no rotator ${name}. There are generic, postgres, redshift, mysql, mariadb, redis, mongodb, documentdb, sqlserver, oracle; ` +
  'those of databases also as NAME-single-user and NAME-alternating-users.'
const genericOptions = 'The rotator generic takes a length from 8 to 4096, exclude and member, and no such options.'
const forms = 'Rotators are named keyturn:rotator/NAME or keyturn:webhook/NAME, in lower case.'

test.each([
  ['keyturn:rotator/unknown', noRotator('unknown')],
  ['keyturn:rotator/unknown?length=30', noRotator('unknown')],
  ['keyturn:rotator/postgres-triple-user', noRotator('postgres-triple-user')],
  ['keyturn:rotator/constructor', noRotator('constructor')],
  ['arn:aws:lambda:us-east-1:111111111111:function:keyturn-rotator-unknown', noRotator('unknown')],
  ['keyturn:webhook/unknown', 'This account has no webhook unknown.'],
  ['keyturn:rotator/generic?length=3', genericOptions],
  ['keyturn:rotator/generic?lenght=30', genericOptions],
  ['keyturn:rotator/postgres?length=30', 'The rotator postgres takes no options.'],
  ['keyturn:rotator/mysql-single-user?length=30', 'The rotator mysql-single-user takes no options.'],
  ['keyturn:rotator/__proto__', forms],
  ['keyturn:rotator/Postgres', forms],
  ['keyturn:rotate/generic', forms],
])('%s names no rotator, and the answer says so', async (RotationLambdaARN, why) => {
  const { harness, sm, described } = await open()
  const before = await described()
  const answer = await refusal(sm('RotateSecret', { SecretId: 's', RotationLambdaARN }))
  expect(answer).toBe(`InvalidParameterException: ${why}`)
  expect(await described()).toEqual(before)
  await harness.close()
})

test('a request that was sent twice is one rotation', async () => {
  const { harness, sm, asked, run } = await open()
  const input = { ...byFunction, ClientRequestToken: token }
  const answer = await sm('RotateSecret', input)
  expect(await sm('RotateSecret', input)).toEqual(answer)
  await run()
  expect(await sm('RotateSecret', input)).toEqual(answer)
  await run()
  expect(asked).toHaveLength(4)
  await harness.close()
})

test('a secret that is marked for deletion is left alone, and goes on when it is restored', async () => {
  const steps: RotationStep[] = []
  const { harness, sm, run, advance, value } = await open(async ({ Step }, api) => {
    steps.push(Step)
    if (steps.length === 2) await api.sm('DeleteSecret', { SecretId: 's' })
    return undefined
  })
  await sm('RotateSecret', { ...byFunction, ClientRequestToken: token })
  await run()
  await advance(3 * day)
  const halted = steps.length
  await sm('RestoreSecret', { SecretId: 's' })
  await run()
  expect(steps.length).toBe(halted + 4)
  expect(await value()).toBe(`made ${token}`)
  await harness.close()
})

test('a secret that goes in the middle of a rotation leaves nothing behind', async () => {
  const { harness, sm, run, advance } = await open(async ({ Step }, api) => {
    if (Step === 'setSecret') await api.sm('DeleteSecret', { SecretId: 's', ForceDeleteWithoutRecovery: true })
    return undefined
  })
  await sm('RotateSecret', { ...byFunction, RotationRules: { AutomaticallyAfterDays: 1 } })
  await run()
  expect(await harness.scheduler.nextDue(harness.clock.now() + 100 * day)).toBeUndefined()
  await advance(3 * day)
  expect(harness.failures).toEqual([])
  await harness.close()
})

test('a version without a value cannot become the current one', async () => {
  const { harness, sm, value } = await open()
  await sm('RotateSecret', { ...byFunction, ClientRequestToken: token })
  const { VersionId: first } = await sm('GetSecretValue', { SecretId: 's' })
  const move = { SecretId: 's', VersionStage: 'AWSCURRENT', MoveToVersionId: token, RemoveFromVersionId: first }
  expect(await refusal(sm('UpdateSecretVersionStage', move))).toMatch(/^ResourceNotFoundException/)
  expect(await value()).toBe('first')
  await harness.close()
})

test('replicas follow every step', async () => {
  const { harness, sm, as, run, value } = await open()
  await sm('ReplicateSecretToRegions', { SecretId: 's', AddReplicaRegions: [{ Region: 'eu-west-1' }] })
  await sm('RotateSecret', { ...byFunction, ClientRequestToken: token })
  const there = as(harness.root(), 'eu-west-1')
  expect((await there('GetSecretValue', { SecretId: 's' }))['SecretString']).toBe('first')
  await run()
  expect((await there('GetSecretValue', { SecretId: 's' }))['SecretString']).toBe(await value())
  expect((await there('DescribeSecret', { SecretId: 's' }))['VersionIdsToStages']).toMatchObject({
    [token]: ['AWSPENDING', 'AWSCURRENT'],
  })
  await harness.close()
})

test('a pending value that a rotator replaces is replaced everywhere', async () => {
  const steps: string[] = []
  const rotator: Rotator = {
    name: 'own',
    async run(step, secret) {
      steps.push(step)
      if (step === 'createSecret') await secret.putPending(new Secret('refused'))
      if (step === 'setSecret') await secret.putPending(new Secret('taken'))
      if (step === 'finishSecret') await secret.makeCurrent()
      return stepDone
    },
  }
  const arn = 'arn:aws:lambda:us-east-1:111111111111:function:own'
  const rotators = { find: () => ({ kind: 'built-in', rotator, arn }) as const, whyNone: () => undefined }
  const { harness, sm, as } = await openSecretsManager({ rotators })
  await sm('CreateSecret', { Name: 's', SecretString: 'first', AddReplicaRegions: [{ Region: 'eu-west-1' }] })
  await sm('RotateSecret', { SecretId: 's', RotationLambdaARN: 'own' })
  await harness.scheduler.runDue()
  expect(steps).toEqual(['createSecret', 'setSecret', 'testSecret', 'finishSecret'])
  for (const region of ['us-east-1', 'eu-west-1']) {
    const there = as(harness.root(), region)
    expect((await there('GetSecretValue', { SecretId: 's' }))['SecretString']).toBe('taken')
  }
  await harness.close()
})

test('processes that share a store do each step once, and none beside another', async () => {
  const backend = new MemoryBackend()
  const seal = devSeal()
  const clock = new AdvancingClock()
  const seen: string[] = []
  const under = new Set<string>()
  const rotator: Rotator = {
    name: 'own',
    async run(step, secret) {
      const id = secret.binding ?? ''
      expect(under.has(id)).toBe(false)
      under.add(id)
      if (step === 'createSecret') await secret.putPending(new Secret('next'))
      await new Promise(setImmediate)
      if (step === 'finishSecret') await secret.makeCurrent()
      under.delete(id)
      seen.push(step)
      return stepDone
    },
    lending: (value) => ({ arn: 's0', binding: value.reveal() }),
  }
  const arn = 'arn:aws:lambda:us-east-1:111111111111:function:own'
  const rotators = { find: () => ({ kind: 'built-in', rotator, arn }) as const, whyNone: () => undefined }
  const processes = []
  for (let index = 0; index < 3; index++) processes.push(await openSecretsManager({ backend, seal, clock, rotators }))
  const [{ sm }] = processes as [SecretsManager]
  const names = Array.from({ length: 20 }, (_, index) => `s${index}`)
  for (const Name of names) await sm('CreateSecret', { Name, SecretString: Name })
  for (const SecretId of names) await sm('RotateSecret', { SecretId, RotationLambdaARN: 'own' })
  await Promise.all(processes.map(({ harness }) => harness.scheduler.runDue()))
  expect(seen).toHaveLength(4 * names.length)
  for (const { harness } of processes) expect(harness.failures).toEqual([])
  for (const { harness } of processes) await harness.close()
})

test('rotations are told as change events', async () => {
  const told: ChangeEvent[] = []
  const events: ChangeEvents = { wants: () => true, emit: (_tx, event) => void told.push(event) }
  const rotators = openRotators({ database, webhook: () => undefined, forward: () => undefined })
  const { harness, sm } = await openSecretsManager({ rotators, events })
  const { ARN } = await sm('CreateSecret', { Name: 's', SecretString: 'first' })
  await sm('RotateSecret', { SecretId: 's', RotationLambdaARN: generic })
  await harness.scheduler.runDue()
  const rotations = told.filter(({ detailType }) => detailType === 'AWS Service Event via CloudTrail')
  expect(
    rotations.map(({ source, resources, detail }) => [source, resources, (detail as { eventName: string }).eventName]),
  ).toEqual([
    ['aws.secretsmanager', [ARN], 'RotationStarted'],
    ['aws.secretsmanager', [ARN], 'RotationSucceeded'],
  ])
  await harness.close()
})
