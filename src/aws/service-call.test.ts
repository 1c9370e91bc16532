import { expect, test } from 'vitest'
import { openHarness } from '../../test/harness.ts'
import { kms } from './kms/index.ts'
import type { Operation } from './operation.ts'
import { invoke } from './invoke.ts'
import { serviceCall } from './service-call.ts'

const arn = 'arn:aws:lambda:us-east-1:111111111111:function:f'

async function describe(policy: object | undefined, account = '111111111111') {
  const harness = await openHarness([kms])
  const root = harness.root()
  const key = { Effect: 'Allow', Principal: { AWS: root.arn }, Action: 'kms:*', Resource: '*' }
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: policy ? [key, policy] : [key] })
  const created = await harness.call(root, 'kms', 'CreateKey', { Policy })
  const { KeyId } = (created as unknown as { KeyMetadata: { KeyId: string } }).KeyMetadata
  const call = await serviceCall(harness.platform, {
    service: 'lambda.amazonaws.com',
    region: 'us-east-1',
    source: { arn, account },
  })
  const operation = kms.operations.get('DescribeKey') as Operation
  const input = { KeyId: `arn:aws:kms:us-east-1:111111111111:key/${KeyId}` }
  const outcome = await invoke(harness.gateway, call, operation, input)
  const events = await harness.events()
  await harness.close()
  return { code: outcome.refused?.code, event: events.at(-1) }
}

const allow = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'kms:*', Resource: '*' }

test('a service may do what the policy of a resource allows it, for whom it allows it', async () => {
  const conditions = { StringEquals: { 'aws:SourceAccount': '111111111111' }, ArnLike: { 'aws:SourceArn': arn } }
  expect((await describe(undefined)).code).toBeDefined()
  expect((await describe({ ...allow, Principal: { Service: 'events.amazonaws.com' } })).code).toBeDefined()
  expect((await describe(allow)).code).toBeUndefined()
  expect((await describe({ ...allow, Condition: conditions })).code).toBeUndefined()
  expect((await describe({ ...allow, Condition: conditions }, '222222222222')).code).toBeDefined()
})

test('its record names the service', async () => {
  const { event } = await describe(allow)
  expect(event).toMatchObject({
    userIdentity: { type: 'AWSService', invokedBy: 'lambda.amazonaws.com' },
    sourceIPAddress: 'lambda.amazonaws.com',
  })
})
