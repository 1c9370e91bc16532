import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSecretsManager, refusal, type SecretsManager } from '../../../test/secrets-manager.ts'

let open: SecretsManager
beforeAll(async () => {
  open = await openSecretsManager()
})
afterAll(async () => {
  expect(open.harness.failures).toEqual([])
  await open.harness.close()
})

/** A place of its own for each test. */
let region = 0
function elsewhere() {
  return open.as(open.harness.root(), `xx-test-${++region}`)
}

type Asking = ReturnType<typeof elsewhere>

async function make(sm: Asking, names: readonly string[]): Promise<void> {
  for (const Name of names) {
    await sm('CreateSecret', { Name, SecretString: 'x' })
    await open.advance(1000)
  }
}

const named = (list: unknown) => (list as { Name: string }[]).map(({ Name }) => Name)

async function pages(sm: Asking, input: object, between?: () => Promise<unknown>): Promise<string[][]> {
  const found: string[][] = []
  let NextToken: string | undefined
  do {
    const page = await sm('ListSecrets', { MaxResults: 2, ...input, NextToken })
    found.push(named(page.SecretList))
    NextToken = page.NextToken
    await between?.()
  } while (NextToken !== undefined)
  return found
}

test('secrets come as they were created, in the order asked for, in whole pages', async () => {
  const sm = elsewhere()
  await make(sm, ['b', 'a', 'd', 'c'])
  expect(await pages(sm, {})).toEqual([
    ['b', 'a'],
    ['d', 'c'],
  ])
  expect(await pages(sm, { SortOrder: 'desc' })).toEqual([
    ['c', 'd'],
    ['a', 'b'],
  ])
  expect(await pages(sm, { SortBy: 'name' })).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ])
  expect(await pages(sm, { SortBy: 'name', SortOrder: 'desc', MaxResults: 3 })).toEqual([['d', 'c', 'b'], ['a']])
  await sm('UpdateSecret', { SecretId: 'a', Description: 'changed' })
  expect(await pages(sm, { SortBy: 'last-changed-date', MaxResults: 9 })).toEqual([['b', 'd', 'c', 'a']])
  await sm('GetSecretValue', { SecretId: 'd' })
  expect((await pages(sm, { SortBy: 'last-accessed-date', SortOrder: 'desc', MaxResults: 1 }))[0]).toEqual(['d'])
})

test.each([{}, { SortBy: 'name' }, { Filters: [{ Key: 'name', Values: ['s'] }] }])(
  'pages neither skip nor repeat when secrets come, change and go between them: %o',
  async (input) => {
    const sm = elsewhere()
    const names = ['s1', 's2', 's3', 's4', 's5', 's6']
    await make(sm, names)
    let step = 0
    const found = await pages(sm, { MaxResults: 1, ...input }, async () => {
      step++
      if (step === 1) await sm('DeleteSecret', { SecretId: 's1', ForceDeleteWithoutRecovery: true })
      if (step === 2) await sm('UpdateSecret', { SecretId: 's4', Description: 'changed' })
      if (step === 3) await sm('CreateSecret', { Name: 's0' })
    })
    expect(found.flat().filter((name) => name !== 's0')).toEqual(names)
  },
)

test('name filters read prefixes in every order, several and negated ones too', async () => {
  const sm = elsewhere()
  await make(sm, ['dev/b', 'prod/a', 'prod/b', 'test/a', 'dev/a'])
  const filter = (...Values: string[]) => ({ Filters: [{ Key: 'name', Values }], MaxResults: 2 })
  expect(await pages(sm, filter('prod/', 'dev/'))).toEqual([
    ['dev/b', 'prod/a'],
    ['prod/b', 'dev/a'],
  ])
  expect(await pages(sm, { ...filter('prod/', 'dev/'), SortBy: 'name' })).toEqual([
    ['dev/a', 'dev/b'],
    ['prod/a', 'prod/b'],
  ])
  const reversed = { ...filter('prod/', 'dev/'), SortBy: 'name', SortOrder: 'desc', MaxResults: 3 }
  expect(await pages(sm, reversed)).toEqual([['prod/b', 'prod/a', 'dev/b'], ['dev/a']])
  expect(await pages(sm, filter('!dev/'))).toEqual([['prod/a', 'prod/b'], ['test/a']])
  expect((await pages(sm, filter('none'))).flat()).toEqual([])
})

test('a long walk answers short pages with more to come, and finds everything in the end', async () => {
  const sm = elsewhere()
  for (let index = 0; index < 2_100; index++)
    await sm('CreateSecret', { Name: `s/${index}`, Tags: index % 1000 === 7 ? [{ Key: 'rare', Value: 'x' }] : [] })
  const rare = { Filters: [{ Key: 'tag-key', Values: ['rare'] }], MaxResults: 100 }
  const found = await pages(sm, rare)
  expect(found.length).toBe(2)
  expect(found.flat()).toEqual(['s/7', 's/1007', 's/2007'])
  expect((await pages(sm, { ...rare, SortBy: 'name' })).flat().sort()).toEqual(['s/1007', 's/2007', 's/7'])
  const everything = { Filters: [{ Key: 'name', Values: ['s/'] }], MaxResults: 100 }
  const all = (await pages(sm, everything)).flat()
  const everySecret = Array.from({ length: 2_100 }, (_one, index) => `s/${index}`)
  expect(all.toSorted()).toEqual(everySecret.toSorted())
})

test('a token is good for the same question only', async () => {
  const sm = elsewhere()
  await make(sm, ['a', 'b', 'c'])
  const { NextToken } = await sm('ListSecrets', { MaxResults: 1 })
  expect(named((await sm('ListSecrets', { NextToken, MaxResults: 5 })).SecretList)).toEqual(['b', 'c'])
  const foreign = open.as(open.harness.root('222222222222'), `xx-test-${region}`)
  for (const call of [
    sm('ListSecrets', { NextToken, SortBy: 'name' }),
    sm('ListSecrets', { NextToken, Filters: [{ Key: 'name', Values: ['a'] }] }),
    sm('ListSecrets', { NextToken: `${NextToken}A` }),
    sm('BatchGetSecretValue', { NextToken, Filters: [] }),
    foreign('ListSecrets', { NextToken }),
    elsewhere()('ListSecrets', { NextToken }),
  ]) {
    expect(await refusal(call)).toMatch(/^InvalidNextTokenException/)
  }
})

test('an entry has what there is to say, and no value', async () => {
  const sm = elsewhere()
  const Tags = [{ Key: 'k', Value: 'v' }]
  const made = await sm('CreateSecret', { Name: 's', SecretString: 'x', Description: 'd', Tags })
  expect((await sm('ListSecrets', {})).SecretList).toEqual([
    {
      ARN: made.ARN,
      Name: 's',
      Description: 'd',
      Tags,
      CreatedDate: expect.any(Number),
      LastChangedDate: expect.any(Number),
      SecretVersionsToStages: { [made.VersionId]: ['AWSCURRENT'] },
    },
  ])
})

test('a batch reads by ids or filters, each secret for itself', async () => {
  const sm = elsewhere()
  await make(sm, ['a', 'b', 'c'])
  const byIds = await sm('BatchGetSecretValue', { SecretIdList: ['b', 'nobody', 'a'] })
  expect(named(byIds.SecretValues)).toEqual(['b', 'a'])
  expect(byIds.Errors).toEqual([
    {
      SecretId: 'nobody',
      ErrorCode: 'ResourceNotFoundException',
      Message: "Secrets Manager can't find the specified secret.",
    },
  ])
  const Filters = [{ Key: 'name', Values: ['a', 'b', 'c'] }]
  const first = await sm('BatchGetSecretValue', { Filters, MaxResults: 2 })
  expect(named(first.SecretValues)).toEqual(['a', 'b'])
  const second = await sm('BatchGetSecretValue', { Filters, MaxResults: 2, NextToken: first.NextToken })
  expect(named(second.SecretValues)).toEqual(['c'])
  expect(second).not.toHaveProperty('NextToken')
  expect(await refusal(sm('BatchGetSecretValue', {}))).toMatch(/^InvalidParameterException/)
  expect(await refusal(sm('BatchGetSecretValue', { Filters, SecretIdList: ['a'] }))).toMatch(
    /^InvalidParameterException/,
  )
})

test('each secret of a batch is authorised and recorded as a read of its own', async () => {
  const own = await openSecretsManager()
  const { ARN } = await own.sm('CreateSecret', { Name: 'mine', SecretString: 'x' })
  await own.sm('CreateSecret', { Name: 'other', SecretString: 'x' })
  const user = own.harness.user('u', [
    {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 'secretsmanager:BatchGetSecretValue', Resource: '*' },
        { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: ARN },
      ],
    },
  ])
  const before = (await own.harness.events()).length
  const answer = await own.as(user)('BatchGetSecretValue', { SecretIdList: ['mine', 'other'] })
  expect(named(answer.SecretValues)).toEqual(['mine'])
  expect(answer.Errors).toMatchObject([{ SecretId: 'other', ErrorCode: 'AccessDeniedException' }])
  const events = (await own.harness.events()).slice(before)
  expect(events.map(({ eventName, errorCode }) => [eventName, errorCode])).toEqual([
    ['Decrypt', undefined],
    ['GetSecretValue', undefined],
    ['GetSecretValue', 'AccessDeniedException'],
    ['BatchGetSecretValue', undefined],
  ])
  expect(await refusal(own.as(user)('BatchGetSecretValue', { Filters: [] }))).toMatch(/secretsmanager:ListSecrets/)
  await own.harness.close()
})
