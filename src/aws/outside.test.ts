import { expect, test } from 'vitest'
import { openHarness } from '../../test/harness.ts'
import { childrenOf } from '../store/key.ts'
import { table } from '../store/table.ts'
import { AwsError } from './errors.ts'
import type { KmsOperations } from './models/kms.ts'
import { kms } from './kms/index.ts'
import { type Finding, type Operation, operationsOf, Outside } from './operation.ts'
import type { Service } from './service.ts'

const operation = operationsOf<KmsOperations>('kms')
const steps = table<{ readonly step: string }>({ name: 'test/step', version: 1 })

const own = (_input: unknown, { call }: Finding) => ({ arn: '*', account: call.caller.account, record: undefined })

/** KMS with one operation in place of its own. */
function serviceWith(declared: Operation<never, unknown>, name: string): Service {
  return { ...kms, operations: new Map([...kms.operations, [name, declared as Operation]]) }
}

/** An operation that writes, then does something outside. */
function open(perform: () => Promise<{ Plaintext?: never }>) {
  const declared = operation('GenerateRandom', {
    on: own,
    readOnly: false,
    async handle(_input, _record, context) {
      steps.put(context.tx, { step: 'intended' }, 'one')
      return new Outside(async () => {
        context.note({ additionalEventData: { came: 'to an end' } })
        return perform()
      })
    },
  })
  return openHarness([serviceWith(declared, 'GenerateRandom')])
}

test('the effect begins after the commit, and the answer follows its end and its record', async () => {
  const seen: unknown[] = []
  const harness = await open(async () => {
    seen.push(await harness.store.transaction((tx) => steps.get(tx, 'one')))
    seen.push((await harness.events()).length)
    return {}
  })
  expect(await harness.call(harness.root(), 'kms', 'GenerateRandom', {})).toEqual({})
  expect(seen).toEqual([{ step: 'intended' }, 0])
  const events = await harness.events()
  expect(events).toHaveLength(1)
  expect(events[0]).toMatchObject({ eventName: 'GenerateRandom', additionalEventData: { came: 'to an end' } })
  await harness.close()
})

test('a refusal from outside is recorded and answered; what was committed stays', async () => {
  const harness = await open(() => Promise.reject(new AwsError('DependencyTimeoutException', 'too slow')))
  await expect(harness.call(harness.root(), 'kms', 'GenerateRandom', {})).rejects.toMatchObject({ text: 'too slow' })
  expect(await harness.events()).toMatchObject([{ errorCode: 'DependencyTimeoutException', errorMessage: 'too slow' }])
  expect(await harness.store.transaction((tx) => steps.get(tx, 'one'))).toEqual({ step: 'intended' })
  await harness.close()
})

test('a failure of our own leaves the record as the call was asked for', async () => {
  const harness = await open(() => Promise.reject(new Error('broken')))
  await expect(harness.call(harness.root(), 'kms', 'GenerateRandom', {})).rejects.toThrow('broken')
  const events = await harness.events()
  expect(events).toMatchObject([{ eventName: 'GenerateRandom' }])
  expect(events[0]).not.toHaveProperty('errorCode')
  await harness.close()
})

test('a refused call has no effect', async () => {
  let performed = false
  const harness = await open(async () => {
    performed = true
    return {}
  })
  await expect(harness.call(harness.user('nobody', []), 'kms', 'GenerateRandom', {})).rejects.toMatchObject({
    code: 'AccessDeniedException',
  })
  expect(performed).toBe(false)
  await harness.close()
})

test('a record is in the store before the effect begins, so that a process that dies then leaves it', async () => {
  const harness = await open(async () => {
    const [from, to] = childrenOf('audit', 'outbox')
    const found = await harness.store.transaction((tx) =>
      tx.range<readonly [seq: number, events: readonly { eventName: string }[]]>(from, to, { limit: 10 }),
    )
    expect(found.flatMap(({ record: [, events] }) => events).map(({ eventName }) => eventName)).toEqual([
      'GenerateRandom',
    ])
    return {}
  })
  await harness.call(harness.root(), 'kms', 'GenerateRandom', {})
  expect.assertions(1)
  await harness.close()
})

test('an inner call must not have an effect outside', async () => {
  const inner = operation('GenerateRandom', {
    on: own,
    handle: () => Promise.resolve(new Outside(() => Promise.resolve({}))),
  })
  const outer = operation('ListKeys', {
    on: own,
    handle: async (_input, _record, context) => {
      await context.invoke(inner, {})
      return {}
    },
  })
  const harness = await openHarness([serviceWith(outer, 'ListKeys')])
  await expect(harness.call(harness.root(), 'kms', 'ListKeys', {})).rejects.toThrow('effect outside')
  await harness.close()
})
