import { expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import type { ChangeEvent } from '../events/event.ts'
import type { ChangeEvents } from '../events/outbox.ts'
import { openHarness } from '../../test/harness.ts'
import { kms } from './kms/index.ts'

function recording(): { readonly events: ChangeEvents; readonly told: ChangeEvent[] } {
  const told: ChangeEvent[] = []
  return { told, events: { wants: () => true, emit: (_tx, event) => void told.push(event) } }
}

test('a change is told as CloudTrail has EventBridge tell it; reads and refusals are not', async () => {
  const { events, told } = recording()
  const harness = await openHarness([kms], { events })
  const root = harness.root()
  const { KeyMetadata: key } = (await harness.call(root, 'kms', 'CreateKey', {})) as unknown as {
    KeyMetadata: { KeyId: string; Arn: string }
  }
  const KeyId = key.KeyId
  await harness.call(root, 'kms', 'DescribeKey', { KeyId })
  await harness.call(root, 'kms', 'Encrypt', { KeyId, Plaintext: new Secret(Buffer.from('x')) })
  await expect(harness.call(root, 'kms', 'CreateAlias', { AliasName: 'x', TargetKeyId: KeyId })).rejects.toThrow()
  await harness.call(root, 'kms', 'DisableKey', { KeyId })
  expect(told).toHaveLength(2)
  expect(told[1]).toMatchObject({
    source: 'aws.kms',
    detailType: 'AWS API Call via CloudTrail',
    account: root.account,
    region: 'us-east-1',
    resources: [key.Arn],
    detail: { eventName: 'DisableKey', eventSource: 'kms.amazonaws.com', requestParameters: { keyId: KeyId } },
  })
  await harness.close()
})
