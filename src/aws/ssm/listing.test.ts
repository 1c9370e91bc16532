import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Found } from '../../store/store.ts'
import type { ParameterStringFilter } from '../models/ssm.ts'
import { openSsm, type Ssm } from './ssm.test-support.ts'

let ssm: Ssm
beforeEach(async () => {
  ssm = await openSsm()
})
afterEach(() => ssm.close())

interface Page {
  readonly Parameters?: readonly { readonly Name?: string | undefined }[] | undefined
  readonly NextToken?: string | undefined
}

/** All pages of a listing, with something done between each and the next. */
async function all(read: (token: string | undefined) => Promise<Page>, between = async () => {}): Promise<string[]> {
  const names: string[] = []
  let token: string | undefined
  for (;;) {
    const page = await read(token)
    names.push(...(page.Parameters ?? []).map(({ Name }) => Name as string))
    token = page.NextToken
    if (token === undefined) return names
    await between()
  }
}

const level = fc.constantFrom('a', 'b', 'a-b', 'a.b', 'ab', '0', 'Z', '_')
const path = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => `/${levels.join('/')}`)

function below(above: string, recursive: boolean, name: string): boolean {
  const start = above === '/' ? '/' : `${above}/`
  return name.startsWith(start) && (recursive || !name.slice(start.length).includes('/'))
}

/** A step that changes what is there between two pages. */
type Change = { readonly put: string } | { readonly remove: string }
const change: fc.Arbitrary<Change> = fc.oneof(
  path.map((put) => ({ put })),
  path.map((remove) => ({ remove })),
)

describe('against a model', () => {
  test('pages of a path hold every parameter that stays, once, and none from elsewhere', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(path, { maxLength: 25 }),
        fc.oneof(path, fc.constant('/')),
        fc.boolean(),
        fc.integer({ min: 1, max: 4 }),
        fc.array(change, { maxLength: 6 }),
        async (names, above, recursive, MaxResults, changes) => {
          const fresh = await openSsm()
          const stays = new Set(names)
          const ever = new Set(names)
          for (const name of names) await fresh.put(name, 'v')
          const steps = [...changes]
          const listed = await all(
            (NextToken) =>
              fresh.do('GetParametersByPath', { Path: above, Recursive: recursive, MaxResults, NextToken }),
            async () => {
              const step = steps.shift()
              if (!step) return
              if ('put' in step) {
                ever.add(step.put)
                await fresh.put(step.put, 'w', { Overwrite: true })
              } else {
                stays.delete(step.remove)
                await fresh.do('DeleteParameters', { Names: [step.remove] })
              }
            },
          )
          expect(new Set(listed).size).toBe(listed.length)
          const expected = [...stays].filter((name) => below(above, recursive, name))
          expect(listed).toEqual(expect.arrayContaining(expected))
          for (const name of listed) expect(ever.has(name) && below(above, recursive, name)).toBe(true)
          await fresh.close()
        },
      ),
      { numRuns: 60, seed: 20261122 },
    )
  })

  test('DescribeParameters finds what its filters say', async () => {
    const starts = fc.oneof(
      path,
      path.map((name) => `${name}/`),
      path.map((name) => name.slice(0, -1)).filter((name) => name !== ''),
    )
    const filter: fc.Arbitrary<ParameterStringFilter> = fc.oneof(
      fc.record({
        Key: fc.constant('Name'),
        Option: fc.constantFrom('Equals', 'BeginsWith'),
        Values: fc.array(starts, { minLength: 1, maxLength: 3 }),
      }),
      fc.record({ Key: fc.constant('Name'), Option: fc.constant('Contains'), Values: fc.tuple(level) }),
      fc.record({
        Key: fc.constant('Path'),
        Option: fc.constantFrom('OneLevel', 'Recursive'),
        Values: fc.array(path, { minLength: 1, maxLength: 3 }),
      }),
    )
    const fits = (name: string, { Key, Option, Values = [] }: ParameterStringFilter) =>
      Values.some((value) => {
        if (Key === 'Path') return below(value, Option === 'Recursive', name)
        if (Option === 'BeginsWith') return name.startsWith(value)
        return Option === 'Contains' ? name.includes(value) : name === value
      })
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(path, { maxLength: 25 }),
        filter,
        fc.integer({ min: 1, max: 6 }),
        async (names, given, MaxResults) => {
          const fresh = await openSsm()
          for (const name of names) await fresh.put(name, 'v')
          const listed = await all((NextToken) =>
            fresh.do('DescribeParameters', { ParameterFilters: [given], MaxResults, NextToken }),
          )
          expect(listed.toSorted()).toEqual(names.filter((name) => fits(name, given)).toSorted())
          await fresh.close()
        },
      ),
      { numRuns: 100, seed: 20261122 },
    )
  })
})

test('a listing reads as many rows as its page has, whatever lies elsewhere', async () => {
  for (let index = 0; index < 300; index++) await ssm.put(`/big/${index % 10}/${index}/x`, 'v')
  for (let index = 0; index < 20; index++) await ssm.put(`/big/p${index}`, 'v')
  const transaction = ssm.store.transaction.bind(ssm.store)
  let rows = 0
  ssm.store.transaction = (work, options) =>
    transaction(async (tx) => {
      const range = tx.range.bind(tx)
      tx.range = async <T>(...bounds: Parameters<typeof range>): Promise<readonly Found<T>[]> => {
        const found = await range<T>(...bounds)
        rows += found.length
        return found
      }
      return work(tx)
    }, options)
  const page = await ssm.do('GetParametersByPath', { Path: '/big' })
  expect(page.Parameters).toHaveLength(10)
  expect(rows).toBeLessThanOrEqual(11)
  rows = 0
  await ssm.do('GetParametersByPath', { Path: '/big', NextToken: page.NextToken as string })
  expect(rows).toBeLessThanOrEqual(11)
  rows = 0
  await ssm.do('GetParametersByPath', { Path: '/big/3', Recursive: true })
  expect(rows).toBeLessThanOrEqual(11)
})

test('a listing that finds nothing for long answers a page that is empty, and goes on', async () => {
  for (let index = 0; index < 1100; index++) await ssm.put(`/n/${String(index).padStart(5, '0')}`, 'v')
  const ParameterFilters = [{ Key: 'Name', Option: 'Contains', Values: ['01099'] }]
  const first = await ssm.do('DescribeParameters', { ParameterFilters })
  expect(first.Parameters).toEqual([])
  const second = await ssm.do('DescribeParameters', { ParameterFilters, NextToken: first.NextToken as string })
  expect(second).toMatchObject({ Parameters: [{ Name: '/n/01099' }], NextToken: undefined })
})

test('a token is good for its own call only', async () => {
  for (const name of ['/a/1', '/a/2', '/a/3']) await ssm.put(name, 'v')
  const { NextToken } = await ssm.do('GetParametersByPath', { Path: '/a', MaxResults: 1 })
  const token = NextToken as string
  const refused = { code: 'InvalidNextToken' }
  await expect(ssm.do('GetParametersByPath', { Path: '/', NextToken: token })).rejects.toMatchObject(refused)
  await expect(ssm.do('GetParametersByPath', { Path: '/a', Recursive: true, NextToken: token })).rejects.toMatchObject(
    refused,
  )
  await expect(ssm.do('DescribeParameters', { NextToken: token })).rejects.toMatchObject(refused)
  const other = ssm.root('222222222222')
  await expect(ssm.do('GetParametersByPath', { Path: '/a', NextToken: token }, other)).rejects.toMatchObject(refused)
  const altered = `${token.slice(0, -2)}${token.endsWith('A') ? 'B' : 'A'}`
  await expect(ssm.do('GetParametersByPath', { Path: '/a', NextToken: altered })).rejects.toMatchObject(refused)
  const rest = await ssm.do('GetParametersByPath', { Path: '/a', MaxResults: 10, NextToken: token })
  expect(rest.Parameters?.map(({ Name }) => Name)).toEqual(['/a/2', '/a/3'])
})

describe('filters of DescribeParameters', () => {
  beforeEach(async () => {
    await ssm.put('/app/db', 'v', { Tags: [{ Key: 'env', Value: 'prod' }] })
    await ssm.put('/app/key', 'v', { Type: 'SecureString', Tags: [{ Key: 'env', Value: 'test' }] })
    await ssm.put('plain', 'a,b', { Type: 'StringList', Tier: 'Advanced' })
  })

  const by = async (...filters: ParameterStringFilter[]) =>
    (await ssm.do('DescribeParameters', { ParameterFilters: filters })).Parameters?.map(({ Name }) => Name)

  test.each<[ParameterStringFilter[], string[]]>([
    [[{ Key: 'Name', Values: ['/plain'] }], ['plain']],
    [[{ Key: 'Name', Values: ['plain', '/app/db', '/none'] }], ['/app/db', 'plain']],
    [[{ Key: 'Name', Option: 'BeginsWith', Values: ['pl'] }], ['plain']],
    [[{ Key: 'Name', Option: 'Contains', Values: ['a'] }], ['plain', '/app/db', '/app/key']],
    [[{ Key: 'Type', Values: ['StringList', 'SecureString'] }], ['plain', '/app/key']],
    [[{ Key: 'KeyId', Values: ['alias/aws/ssm'] }], ['/app/key']],
    [[{ Key: 'Tier', Values: ['Advanced'] }], ['plain']],
    [[{ Key: 'DataType', Values: ['text'] }], ['plain', '/app/db', '/app/key']],
    [[{ Key: 'Path', Values: ['/'] }], ['plain']],
    [[{ Key: 'Path', Option: 'Recursive', Values: ['/app', '/app/db'] }], ['/app/db', '/app/key']],
    [[{ Key: 'tag:env', Values: ['prod'] }], ['/app/db']],
    [[{ Key: 'tag:env', Option: 'BeginsWith', Values: ['t'] }], ['/app/key']],
    [[{ Key: 'tag:env' }], ['/app/db', '/app/key']],
    [[{ Key: 'tag:env' }, { Key: 'Type', Values: ['String'] }], ['/app/db']],
    [[{ Key: 'tag:none' }], []],
  ])('%j', async (filters, expected) => {
    expect(await by(...filters)).toEqual(expected)
  })

  test.each<[ParameterStringFilter[], string]>([
    [[{ Key: 'Label', Values: ['x'] }], 'InvalidFilterKey'],
    [[{ Key: 'Type' }], 'InvalidFilterValue'],
    [[{ Key: 'Type', Values: ['Text'] }], 'InvalidFilterOption'],
    [[{ Key: 'Type', Option: 'Contains', Values: ['String'] }], 'InvalidFilterOption'],
    [[{ Key: 'Path', Option: 'Equals', Values: ['/a'] }], 'InvalidFilterOption'],
    [[{ Key: 'Path', Values: ['a'] }], 'ValidationException'],
    [[{ Key: 'Path', Values: ['/aws/service'] }], 'ValidationException'],
    [
      [
        { Key: 'Name', Values: ['a'] },
        { Key: 'Name', Values: ['b'] },
      ],
      'InvalidFilterKey',
    ],
  ])('%j is refused', async (filters, code) => {
    await expect(by(...filters)).rejects.toMatchObject({ code })
  })

  test('the older form', async () => {
    const old = (Key: 'Name' | 'Type' | 'KeyId', ...Values: string[]) =>
      ssm.do('DescribeParameters', { Filters: [{ Key, Values }] })
    expect((await old('Name', '/app')).Parameters).toHaveLength(2)
    expect((await old('Type', 'StringList')).Parameters).toHaveLength(1)
    await expect(
      ssm.do('DescribeParameters', {
        Filters: [{ Key: 'Name', Values: ['x'] }],
        ParameterFilters: [{ Key: 'Name', Values: ['x'] }],
      }),
    ).rejects.toMatchObject({ text: 'You can use either Filters or ParameterFilters in a single request.' })
  })

  test('needs permission on everything', async () => {
    const user = ssm.user('u', [])
    await expect(ssm.do('DescribeParameters', {}, user)).rejects.toMatchObject({
      text: expect.stringContaining('ssm:DescribeParameters on resource: arn:aws:ssm:us-east-1:111111111111:*'),
    })
  })
})
