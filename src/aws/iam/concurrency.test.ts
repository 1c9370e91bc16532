import { afterAll, beforeAll, expect, test } from 'vitest'
import { allowing, type Directory, openDirectory } from '../identities/directory.test-support.ts'

let directory: Directory
beforeAll(async () => {
  directory = await openDirectory({ quotas: { usersPerAccount: 6 } })
})
afterAll(() => directory.harness.close())

/** How many of several attempts at once came through. */
async function succeeded(attempts: readonly Promise<unknown>[]): Promise<number> {
  const ended = await Promise.allSettled(attempts)
  return ended.filter(({ status }) => status === 'fulfilled').length
}

const times = <T>(count: number, attempt: (index: number) => Promise<T>) =>
  Array.from({ length: count }, (_, index) => attempt(index))

test('of several at once one gets a name', async () => {
  const { iam } = directory
  expect(await succeeded(times(5, (index) => iam('CreateUser', { UserName: index % 2 === 0 ? 'ann' : 'ANN' })))).toBe(1)
})

test('quotas hold for several at once', async () => {
  const { iam } = directory
  expect(await succeeded(times(4, () => iam('CreateAccessKey', { UserName: 'ann' })))).toBe(2)
  expect(await succeeded(times(8, (index) => iam('CreateUser', { UserName: `user-${index}` })))).toBe(5)
  expect((await iam('GetAccountSummary', {})).SummaryMap).toMatchObject({ Users: 6 })
})

test('a policy is attached or deleted, not both', async () => {
  const { iam } = directory
  for (let round = 0; round < 5; round++) {
    const { Policy } = await iam('CreatePolicy', { PolicyName: `p${round}`, PolicyDocument: allowing('*') })
    const [attached, deleted] = await Promise.allSettled([
      iam('AttachUserPolicy', { UserName: 'ann', PolicyArn: Policy.Arn }),
      iam('DeletePolicy', { PolicyArn: Policy.Arn }),
    ])
    expect(attached.status).not.toBe(deleted.status)
    const { AttachedPolicies } = await iam('ListAttachedUserPolicies', { UserName: 'ann' })
    expect(AttachedPolicies.some(({ PolicyArn }) => PolicyArn === Policy.Arn)).toBe(attached.status === 'fulfilled')
  }
})
