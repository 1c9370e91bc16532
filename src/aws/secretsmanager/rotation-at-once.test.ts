import { expect, test } from 'vitest'
import { openSecretsManager } from '../../../test/secrets-manager.ts'
import { AdvancingClock } from '../../base/clock.ts'
import { PassingClock } from '../../base/passing-clock.test-support.ts'
import { openRotators } from '../../rotators/open-rotators.ts'
import { devSeal } from '../../seal/seals/dev.ts'
import type { Backend } from '../../store/backend.ts'
import { MemoryBackend } from '../../store/memory.ts'

const RotationLambdaARN = 'keyturn:rotator/generic'
const day = 86_400_000
const database = { connectMilliseconds: 1_000, statementMilliseconds: 1_000 }
const rotators = openRotators({ database, webhook: () => undefined, forward: () => undefined })

/** Counts commits, and fails those after so many. */
class Counting extends MemoryBackend {
  commits = 0
  left = Number.POSITIVE_INFINITY

  override async commit(...[checks, writes]: Parameters<Backend['commit']>) {
    if (this.left-- <= 0) throw new Error('the process is dead')
    this.commits++
    return super.commit(checks, writes)
  }
}

async function open(backend = new Counting(), clock = new AdvancingClock(), seal = devSeal()) {
  const api = await openSecretsManager({ backend, clock, seal, rotators, claimMilliseconds: 1_000 })
  const versions = async () => (await api.sm('DescribeSecret', { SecretId: 's' }))['VersionIdsToStages']
  const names = async () => (await api.harness.events()).map(({ eventName }) => String(eventName))
  return { ...api, backend, versions, names, run: () => api.harness.scheduler.runDue() }
}

async function openDue(...more: Parameters<typeof open>) {
  const opened = await open(...more)
  await opened.sm('CreateSecret', { Name: 's', SecretString: 'first' })
  const RotationRules = { AutomaticallyAfterDays: 10 }
  await opened.sm('RotateSecret', { SecretId: 's', RotationLambdaARN, RotationRules, RotateImmediately: false })
  await opened.run()
  opened.harness.clock.advanceTo(opened.harness.clock.now() + 12 * day)
  return opened
}

test('a rotation that is due is claimed and done with one commit each, and tells of every call in it', async () => {
  const { harness, sm, backend, run, names } = await openDue()
  const told = (await names()).length
  const before = backend.commits
  expect(await run()).toBe(1)
  expect(backend.commits - before).toBe(2)
  expect((await names()).slice(told).filter((name) => /Secret|Rotation/.test(name))).toEqual([
    'RotationStarted',
    'GetSecretValue',
    'GetSecretValue',
    'PutSecretValue',
    'GetSecretValue',
    'DescribeSecret',
    'UpdateSecretVersionStage',
    'RotationSucceeded',
  ])
  expect((await sm('GetSecretValue', { SecretId: 's' }))['SecretString']).toMatch(/^.{32}$/)
  expect(harness.failures).toEqual([])
  await harness.close()
})

test('what keeps the service out is told as by steps, leaves the value, and is enough when it is gone', async () => {
  const { harness, sm, run, names, versions } = await openDue()
  const before = await versions()
  const deny = { Effect: 'Deny', Principal: '*', Action: 'secretsmanager:PutSecretValue', Resource: '*' }
  await sm('PutResourcePolicy', { SecretId: 's', ResourcePolicy: JSON.stringify({ Statement: [deny] }) })
  await run()
  expect((await names()).filter((name) => name.startsWith('Rotation'))).toEqual(['RotationStarted', 'RotationFailed'])
  expect((await sm('GetSecretValue', { SecretId: 's' }))['SecretString']).toBe('first')
  expect(Object.values((await versions()) as object)).toEqual(
    expect.arrayContaining([...Object.values(before as object), ['AWSPENDING']]),
  )
  await sm('DeleteResourcePolicy', { SecretId: 's' })
  harness.clock.advanceTo(harness.clock.now() + 60_000)
  await run()
  expect((await names()).filter((name) => name.startsWith('Rotation')).at(-1)).toBe('RotationSucceeded')
  expect((await sm('GetSecretValue', { SecretId: 's' }))['SecretString']).toMatch(/^.{32}$/)
  await harness.close()
})

test.each([0, 1])('a process that dies at commit %i leaves a rotation that the next one does', async (survived) => {
  const [clock, seal, backend] = [new PassingClock(), devSeal(), new Counting()]
  const dying = await openDue(backend, clock, seal)
  const before = await dying.versions()
  backend.left = survived
  await expect(dying.run()).rejects.toThrow('dead')
  backend.left = Number.POSITIVE_INFINITY
  const next = await open(backend, clock, seal)
  expect(await next.versions()).toEqual(before)
  clock.pass(60_000)
  clock.advanceTo(clock.now() + 60_000)
  expect(await next.run()).toBe(1)
  expect((await next.sm('GetSecretValue', { SecretId: 's' }))['SecretString']).toMatch(/^.{32}$/)
  await next.harness.close()
})
