import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Secret } from '../../base/secret.ts'
import { invoke as invokeOperation } from '../invoke.ts'
import type { Operation } from '../operation.ts'
import { serviceCall } from '../service-call.ts'
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
import { queuedInvocations } from './records.ts'
import { handlerModules } from '../../../test/handler-modules.ts'

let lambda: LambdaHarness
beforeAll(async () => {
  lambda = await openLambda({ nodePath: handlerModules() })
  await lambda.iam('CreateRole', { RoleName: 'fn', AssumeRolePolicyDocument: trust() })
})
afterAll(async () => {
  await lambda.close()
  expect(lambda.harness.failures).toEqual([])
})
beforeEach(() => lambda.call('DeleteFunction', { FunctionName: 'f' }).catch(() => undefined))

const create = (handler: string, more: object = {}) =>
  lambda.call('CreateFunction', creation({ Code: { ZipFile: zipped({ 'index.mjs': handler }) }, ...more }))

const allow = (Action: string | string[], Resource: string | string[]) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource }],
})

describe('Invoke', () => {
  test('answers what the handler answers, with the version and the log where it is asked for', async () => {
    await create('export const handler = async (event) => { console.log("seen", event.x); return { got: event } }')
    const { value, output } = await lambda.run({ x: 1 }, { LogType: 'Tail' })
    expect(value).toEqual({ got: { x: 1 } })
    expect(output).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' })
    expect(output.FunctionError).toBeUndefined()
    const log = Buffer.from(output.LogResult ?? '', 'base64').toString()
    expect(log).toMatch(
      /^START RequestId: [0-9a-f-]{36} Version: \$LATEST\n.*\tINFO\tseen 1\nEND RequestId: .*\nREPORT RequestId: /,
    )
    expect((await lambda.run({})).output.LogResult).toBeUndefined()
  })

  test('is a success with FunctionError where the handler fails', async () => {
    await create('export const handler = async () => { throw new TypeError("no") }')
    const { value, output } = await lambda.run()
    expect(output).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' })
    expect(value).toMatchObject({ errorType: 'TypeError', errorMessage: 'no' })
  })

  test('hands on the context of the client', async () => {
    await create('export const handler = async (e, c) => [c.clientContext, c.invokedFunctionArn, c.awsRequestId]')
    const ClientContext = Buffer.from('{"custom":{"ü":"☺"}}').toString('base64')
    const { value } = await lambda.run({}, { ClientContext, FunctionName: `${arn}:$LATEST` })
    expect(value).toMatchObject([{ custom: { ü: '☺' } }, `${arn}:$LATEST`, expect.any(String)])
    const bad = lambda.run({}, { ClientContext: 'no base64!' })
    await expect(bad).rejects.toMatchObject({ code: 'InvalidRequestContentException' })
  })

  test.each([
    ['no JSON', 'RequestResponse', Buffer.from('{'), 'InvalidRequestContentException'],
    ['no text', 'RequestResponse', Buffer.from([0xff]), 'InvalidRequestContentException'],
    ['too long', 'RequestResponse', Buffer.from(`"${'x'.repeat(6 * 1024 * 1024)}"`), 'RequestTooLargeException'],
    ['too long for an event', 'Event', Buffer.from(`"${'x'.repeat(1024 * 1024)}"`), 'RequestTooLargeException'],
  ])('refuses a payload that is %s', async (_what, InvocationType, bytes, code) => {
    await create('export const handler = async () => 1')
    await expect(lambda.run({}, { InvocationType, Payload: new Secret(bytes) })).rejects.toMatchObject({ code })
  })

  test('tells by DryRun whether it would be allowed', async () => {
    await create('export const handler = async () => { throw new Error("ran") }')
    expect((await lambda.run({}, { InvocationType: 'DryRun' })).output).toEqual({ StatusCode: 204 })
    await expect(lambda.run({}, { InvocationType: 'DryRun', Qualifier: '9' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    })
    const nobody = {
      ...lambda.root,
      principal: { type: 'user', account, arn: `${arn}x`, id: 'AIDAX' },
      userName: 'x',
    } as const
    await expect(lambda.run({}, { InvocationType: 'DryRun' }, nobody)).rejects.toBeDefined()
  })

  test('is recorded as a data event, before its answer', async () => {
    await create('export const handler = async () => 1')
    await lambda.run()
    const event = (await lambda.harness.events()).findLast(({ eventName }) => eventName === 'Invoke')
    expect(event).toMatchObject({
      eventSource: 'lambda.amazonaws.com',
      managementEvent: false,
      eventCategory: 'Data',
      readOnly: false,
      requestParameters: { functionName: 'f' },
      resources: [{ accountId: account, type: 'AWS::Lambda::Function', ARN: arn }],
    })
    const assumed = (await lambda.harness.events()).findLast(({ eventName }) => eventName === 'AssumeRole')
    expect(assumed).toMatchObject({
      userIdentity: { type: 'AWSService', invokedBy: 'lambda.amazonaws.com' },
      requestParameters: { roleArn: role, roleSessionName: 'f' },
    })
  })

  test('is refused when the role is gone, or trusts Lambda no more', async () => {
    await lambda.iam('CreateRole', { RoleName: 'brief', AssumeRolePolicyDocument: trust() })
    await create('export const handler = async () => 1', { Role: role.replace('/fn', '/brief') })
    await lambda.iam('UpdateAssumeRolePolicy', {
      RoleName: 'brief',
      PolicyDocument: trust({ Service: 'ec2.amazonaws.com' }),
    })
    await expect(lambda.run()).rejects.toMatchObject({
      code: 'AccessDeniedException',
      text: 'The role defined for the function cannot be assumed by Lambda.',
    })
    await lambda.iam('DeleteRole', { RoleName: 'brief' })
    await expect(lambda.run()).rejects.toMatchObject({ code: 'AccessDeniedException' })
  })
})

describe('a service', () => {
  const asService = async (service: string, sourceAccount = account, input: object = {}) => {
    const source = { arn: `arn:aws:secretsmanager:us-east-1:${sourceAccount}:secret:s`, account: sourceAccount }
    const call = await serviceCall(lambda.harness.platform, { service, region: 'us-east-1', source })
    const operation = lambda.harness.gateway.services.get('lambda')?.operations.get('Invoke') as Operation
    return invokeOperation(lambda.harness.gateway, call, operation, { FunctionName: arn, ...input })
  }

  test('may run a function that lets it, for the account that it is let for', async () => {
    await create('export const handler = async () => 1')
    expect((await asService('secretsmanager.amazonaws.com')).refused?.code).toBe('AccessDeniedException')
    const permission = {
      FunctionName: 'f',
      StatementId: 's',
      Action: 'lambda:InvokeFunction',
      Principal: 'secretsmanager.amazonaws.com',
      SourceAccount: account,
    }
    await lambda.call('AddPermission', permission)
    expect((await asService('secretsmanager.amazonaws.com')).output).toMatchObject({ StatusCode: 200 })
    expect((await asService('secretsmanager.amazonaws.com', '222222222222')).refused?.code).toBe(
      'AccessDeniedException',
    )
    expect((await asService('events.amazonaws.com')).refused?.code).toBe('AccessDeniedException')
    await lambda.call('PublishVersion', { FunctionName: 'f' })
    expect((await asService('secretsmanager.amazonaws.com', account, { Qualifier: '1' })).refused?.code).toBe(
      'AccessDeniedException',
    )
    await lambda.call('AddPermission', { ...permission, Qualifier: '1' })
    expect((await asService('secretsmanager.amazonaws.com', account, { Qualifier: '1' })).output).toMatchObject({
      ExecutedVersion: '1',
    })
  })
})

describe('the execution role', () => {
  const handler = `import { SecretsManagerClient, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
const client = new SecretsManagerClient({ maxAttempts: 1 })
export const handler = async ({ SecretId }) => (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString`

  test('decides what a function may do with an unmodified SDK, from one call to the next', async () => {
    const created = (await lambda.harness.call(lambda.root, 'secretsmanager', 'CreateSecret', {
      Name: 'db',
      ClientRequestToken: 'c0ffee00-0000-4000-8000-000000000009',
      SecretString: new Secret('the value'),
    })) as unknown as { ARN: string }
    await create(handler)
    const event = { SecretId: created.ARN }
    expect(await lambda.run(event)).toMatchObject({
      output: { FunctionError: 'Unhandled' },
      value: { errorType: 'AccessDeniedException' },
    })
    const PolicyDocument = JSON.stringify(allow('secretsmanager:GetSecretValue', created.ARN))
    await lambda.iam('PutRolePolicy', { RoleName: 'fn', PolicyName: 'p', PolicyDocument })
    expect((await lambda.run(event)).value).toBe('the value')
    await lambda.iam('DeleteRolePolicy', { RoleName: 'fn', PolicyName: 'p' })
    expect(await lambda.run(event)).toMatchObject({ value: { errorType: 'AccessDeniedException' } })
    const read = (await lambda.harness.events()).findLast(
      ({ eventName, errorCode }) => eventName === 'GetSecretValue' && errorCode === undefined,
    )
    expect(read).toMatchObject({
      userIdentity: { type: 'AssumedRole', arn: `arn:aws:sts::${account}:assumed-role/fn/f` },
    })
  })

  test('gives new credentials before the old ones end', async () => {
    await create('let runs = 0; export const handler = async () => [process.env.AWS_ACCESS_KEY_ID, ++runs]')
    const [first] = (await lambda.run()).value as [string]
    expect((await lambda.run()).value).toEqual([first, 2])
    lambda.harness.clock.advanceTo(lambda.harness.clock.now() + 40 * 60_000)
    const [second, runs] = (await lambda.run()).value as [string, number]
    expect(second).not.toBe(first)
    expect(runs).toBe(1)
  })
})

describe('invocations that nobody waits for', () => {
  const waiting = () => lambda.harness.store.transaction((tx) => queuedInvocations.range(tx, { limit: 10 }))

  /** Lets runs that were begun come to their end. */
  async function settled(count: number): Promise<void> {
    while ((await waiting()).filter(({ record }) => record.dueAt > 0).length !== count) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  async function runs(): Promise<number> {
    const { value } = await lambda.run({ ask: true })
    return value as number
  }

  test('run soon, once', async () => {
    await create('let seen = 0; export const handler = async (e) => e.ask ? seen : ++seen')
    expect((await lambda.run({}, { InvocationType: 'Event' })).output).toEqual({ StatusCode: 202 })
    expect(await waiting()).toHaveLength(1)
    await lambda.harness.scheduler.runDue()
    await settled(0)
    expect(await runs()).toBe(1)
    lambda.harness.clock.advanceTo(lambda.harness.clock.now() + 3_600_000)
    await lambda.harness.scheduler.runDue()
    expect(await waiting()).toEqual([])
  })

  test('run twice more where the function fails, and then no more', async () => {
    await create(`export const handler = async () => { throw new Error('no') }`)
    await lambda.run({}, { InvocationType: 'Event' })
    for (const [attempts, pause] of [
      [1, 60_000],
      [2, 120_000],
    ] as const) {
      await lambda.harness.scheduler.runDue()
      let planned = 0
      while (planned === 0) {
        const [row] = await waiting()
        const begun = lambda.harness.clock.now()
        if (row && row.record.attempts === attempts && row.record.dueAt <= begun + pause) planned = row.record.dueAt
        await new Promise((resolve) => setImmediate(resolve))
      }
      lambda.harness.clock.advanceTo(planned)
    }
    await lambda.harness.scheduler.runDue()
    await settled(0)
    expect(await waiting()).toEqual([])
  })

  test('run again after a process died with them, and not at all where the function is gone', async () => {
    await create('export const handler = async () => 1')
    await lambda.run({}, { InvocationType: 'Event' })
    const [row] = await waiting()
    const { scheduler, store, clock } = lambda.harness
    // As a process leaves it that ended after it had begun.
    const { plan, cancel } = await import('../../schedule/due.ts')
    const dueAt = clock.now() + 80_000
    await store.transaction(async (tx) => {
      cancel(tx, { at: row?.record.dueAt ?? 0, kind: 'lambda/invocation', id: row?.segments[0] ?? '' })
      queuedInvocations.put(
        tx,
        { ...(row?.record as never as object), attempts: 1, dueAt } as never,
        row?.segments[0] ?? '',
      )
      plan(tx, { at: dueAt, kind: 'lambda/invocation', id: row?.segments[0] ?? '' })
    })
    await scheduler.runDue()
    expect(await waiting()).toHaveLength(1)
    clock.advanceTo(dueAt)
    await scheduler.runDue()
    await settled(0)
    await lambda.run({}, { InvocationType: 'Event' })
    await lambda.call('DeleteFunction', { FunctionName: 'f' })
    await scheduler.runDue()
    expect(await waiting()).toEqual([])
  })
})

test('a server that runs no functions says so', async () => {
  const { openHarness } = await import('../../../test/harness.ts')
  const { iam } = await import('../iam/index.ts')
  const { sts } = await import('../sts/index.ts')
  const { lambda: service } = await import('./index.ts')
  const { openIdentities } = await import('../identities/open-identities.ts')
  const bare = await openHarness([iam, sts, service], {
    dev: true,
    identities: ({ clock }) => openIdentities({ clock, dev: true, managementAccount: account }),
  })
  const root = bare.root(account)
  await bare.call(root, 'iam', 'CreateRole', { RoleName: 'fn', AssumeRolePolicyDocument: trust() })
  await bare.call(root, 'lambda', 'CreateFunction', creation({ Code: { ZipFile: answering(1) } }))
  await expect(bare.call(root, 'lambda', 'Invoke', { FunctionName: 'f' })).rejects.toMatchObject({
    code: 'ServiceException',
  })
  await bare.close()
})
