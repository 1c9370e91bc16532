import { expect, test } from 'vitest'
import { openSecretsManager } from '../../../test/secrets-manager.ts'
import { uuid } from '../../base/ids.ts'

const day = 24 * 60 * 60_000

test('the first read of a UTC day is written, for secret and version; later reads write nothing', async () => {
  const { harness, sm, advance } = await openSecretsManager()
  await advance(day - (harness.clock.now() % day) + 1000)
  const [v1, v2] = [uuid(), uuid()]
  await sm('CreateSecret', { Name: 's', SecretString: 'x', ClientRequestToken: v1 })
  await sm('PutSecretValue', { SecretId: 's', SecretString: 'y', ClientRequestToken: v2 })
  const today = harness.clock.now() - (harness.clock.now() % day)
  const dates = async () => {
    const { Versions } = await sm('ListSecretVersionIds', { SecretId: 's' })
    const versions = Versions as { VersionId: string; LastAccessedDate?: number }[]
    const byId = Object.fromEntries(versions.map(({ VersionId, LastAccessedDate }) => [VersionId, LastAccessedDate]))
    return [(await sm('DescribeSecret', { SecretId: 's' })).LastAccessedDate, byId[v1], byId[v2]]
  }
  expect(await dates()).toEqual([undefined, undefined, undefined])
  await sm('GetSecretValue', { SecretId: 's' })
  expect(await dates()).toEqual([today, undefined, today])

  await harness.events()
  const { head } = await harness.store.look()
  await sm('GetSecretValue', { SecretId: 's' })
  await sm('BatchGetSecretValue', { SecretIdList: ['s'] })
  expect((await harness.store.look()).head).toBe(head)

  await sm('GetSecretValue', { SecretId: 's', VersionStage: 'AWSPREVIOUS' })
  expect(await dates()).toEqual([today, today, today])
  await advance(day)
  await sm('GetSecretValue', { SecretId: 's' })
  expect(await dates()).toEqual([today + day, today, today + day])
  await harness.close()
})
