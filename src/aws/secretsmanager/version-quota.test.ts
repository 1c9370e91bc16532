import { expect, test } from 'vitest'
import { openSecretsManager, refusal } from '../../../test/secrets-manager.ts'

const day = 24 * 60 * 60_000

test('old versions without a label go when there are too many, young ones never', async () => {
  const { harness, sm, advance } = await openSecretsManager({ quotas: { secretVersions: 3 } })
  const { ARN } = await sm('CreateSecret', { Name: 's', SecretString: '0' })
  const put = (value: string) => sm('PutSecretValue', { SecretId: 's', SecretString: value })
  for (const value of ['1', '2', '3', '4']) await put(value)
  expect(await refusal(put('5'))).toMatch(/^LimitExceededException/)
  const ids = async () => {
    const { Versions } = await sm('ListSecretVersionIds', { SecretId: 's', IncludeDeprecated: true })
    return (Versions as { VersionId: string }[]).map(({ VersionId }) => VersionId)
  }
  expect(await ids()).toHaveLength(5)

  await advance(day)
  await put('5')
  expect(await ids()).toHaveLength(6)
  await harness.scheduler.runDue()
  expect(await ids()).toHaveLength(5)
  expect(await sm('GetSecretValue', { SecretId: 's' })).toMatchObject({ SecretString: '5' })
  expect(await sm('GetSecretValue', { SecretId: 's', VersionStage: 'AWSPREVIOUS' })).toMatchObject({
    SecretString: '4',
  })
  const told = (await harness.events()).filter(({ eventName }) => String(eventName).endsWith('VersionDelete'))
  expect(told.map(({ eventName, additionalEventData: data }) => [eventName, data])).toEqual(
    ['StartSecretVersionDelete', 'EndSecretVersionDelete'].map((name) => [
      name,
      { SecretId: ARN, VersionId: expect.stringMatching(/^[\da-f-]{36}$/) as string },
    ]),
  )
  expect(harness.failures).toEqual([])
  await harness.close()
})

test('an account has so many secrets in a region, and no more', async () => {
  const { harness, sm, as } = await openSecretsManager({ quotas: { secretsPerRegion: 2 } })
  await sm('CreateSecret', { Name: 'a' })
  await sm('CreateSecret', { Name: 'b' })
  expect(await refusal(sm('CreateSecret', { Name: 'c' }))).toMatch(/^LimitExceededException/)
  await as(harness.root(), 'eu-west-1')('CreateSecret', { Name: 'c' })
  await as(harness.root('222222222222'))('CreateSecret', { Name: 'c' })
  await sm('DeleteSecret', { SecretId: 'a', ForceDeleteWithoutRecovery: true })
  await sm('CreateSecret', { Name: 'c' })
  await harness.close()
})
