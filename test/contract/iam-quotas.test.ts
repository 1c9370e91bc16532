import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Credentials, devRoot, type InProcess, queryCall, startInProcess } from './in-process.ts'

let server: InProcess
let user: Credentials
beforeAll(async () => {
  server = await startInProcess()
  await iam('CreateUser', { UserName: 'ann' })
  await iam('PutUserPolicy', { UserName: 'ann', PolicyName: 'sts', PolicyDocument: policy('sts:*') })
  const { body } = await iam('CreateAccessKey', { UserName: 'ann' })
  user = { accessKeyId: element(body, 'AccessKeyId'), secretAccessKey: element(body, 'SecretAccessKey') }
})
afterAll(() => server.close())

const policy = (Action: string, more: object = {}) =>
  JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource: '*', ...more } })

const element = (body: string, tag: string) => new RegExp(`<${tag}>([^<]+)<`).exec(body)?.[1] as string

interface Answer {
  readonly code: string | undefined
  readonly message: string
  readonly body: string
}

async function send(service: string, version: string, operation: string, input: object, as: Credentials) {
  const { answer, code } = await server.send({ service, ...queryCall(version, operation, input), as })
  const body = String(answer.body)
  return { code, body, message: element(body, 'Message') }
}
const iam = (operation: string, input: object) => send('iam', '2010-05-08', operation, input, devRoot)
const sts = (operation: string, input: object, as = user) => send('sts', '2011-06-15', operation, input, as)

/** A policy of so many characters, with white space that does not count. */
function sized(characters: number, text = policy('kms:Decrypt', { Sid: '' })): string {
  const sid = 'x'.repeat(characters - text.length)
  return text.replace('"Sid":""', `"Sid": \n\t"${sid}"`)
}

const trust = (characters: number) => {
  const Statement = { Sid: '', Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'sts:AssumeRole' }
  return sized(characters, JSON.stringify({ Version: '2012-10-17', Statement }))
}

function refused(answer: Answer, text: string): void {
  expect(answer).toMatchObject({ code: expect.stringMatching(/^LimitExceeded/) as string, message: text })
}

function taken(answer: Answer): Answer {
  expect(answer.code, answer.message).toBeUndefined()
  return answer
}

describe('managed policies', () => {
  test('have 6144 characters, white space not counted', async () => {
    taken(await iam('CreatePolicy', { PolicyName: 'fits', PolicyDocument: sized(6144) }))
    const answer = await iam('CreatePolicy', { PolicyName: 'long', PolicyDocument: sized(6145) })
    refused(answer, 'Cannot exceed quota for PolicySize: 6144')
  })

  test('have five versions', async () => {
    const { body } = taken(await iam('CreatePolicy', { PolicyName: 'versions', PolicyDocument: policy('kms:List*') }))
    const input = { PolicyArn: element(body, 'Arn'), PolicyDocument: policy('kms:Get*') }
    for (let version = 2; version <= 5; version++) taken(await iam('CreatePolicyVersion', input))
    refused(
      await iam('CreatePolicyVersion', input),
      'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
    )
    taken(await iam('DeletePolicyVersion', { PolicyArn: input.PolicyArn, VersionId: 'v2' }))
    taken(await iam('CreatePolicyVersion', input))
  })

  test('are attached ten at a time', async () => {
    await iam('CreateUser', { UserName: 'many' })
    const attach = async (index: number) => {
      const { body } = taken(
        await iam('CreatePolicy', { PolicyName: `p${index}`, PolicyDocument: policy('kms:List*') }),
      )
      return iam('AttachUserPolicy', { UserName: 'many', PolicyArn: element(body, 'Arn') })
    }
    for (let index = 1; index <= 10; index++) taken(await attach(index))
    refused(await attach(11), 'Cannot exceed quota for PoliciesPerUser: 10')
  })
})

describe('inline policies have in all', () => {
  test.each([
    ['User', 2048],
    ['Role', 10_240],
    ['Group', 5120],
  ])('of a %s %i characters', async (kind, most) => {
    const name = { [`${kind}Name`]: `inline-${kind}` }
    taken(await iam(`Create${kind}`, { ...name, ...(kind === 'Role' && { AssumeRolePolicyDocument: trust(200) }) }))
    const put = (PolicyName: string, characters: number) =>
      iam(`Put${kind}Policy`, { ...name, PolicyName, PolicyDocument: sized(characters) })
    taken(await put('half', most / 2))
    taken(await put('rest', most / 2))
    const text = `Maximum policy size of ${most} bytes exceeded for ${kind.toLowerCase()} inline-${kind}`
    refused(await put('rest', most / 2 + 1), text)
    refused(await put('more', 200), text)
  })
})

test('a trust policy has 2048 characters', async () => {
  const create = (RoleName: string, characters: number) =>
    iam('CreateRole', { RoleName, AssumeRolePolicyDocument: trust(characters) })
  taken(await create('trusting', 2048))
  refused(await create('too-trusting', 2049), 'Cannot exceed quota for ACLSizePerRole: 2048')
  const update = await iam('UpdateAssumeRolePolicy', { RoleName: 'trusting', PolicyDocument: trust(2049) })
  refused(update, 'Cannot exceed quota for ACLSizePerRole: 2048')
})

test('a user has two access keys', async () => {
  await iam('CreateUser', { UserName: 'keys' })
  taken(await iam('CreateAccessKey', { UserName: 'keys' }))
  taken(await iam('CreateAccessKey', { UserName: 'keys' }))
  refused(await iam('CreateAccessKey', { UserName: 'keys' }), 'Cannot exceed quota for AccessKeysPerUser: 2')
})

const tags = (count: number, prefix = 'key') =>
  Array.from({ length: count }, (_, index) => ({ Key: `${prefix}-${index}`, Value: 'v' }))

test('what has tags has fifty', async () => {
  await iam('CreateUser', { UserName: 'tagged' })
  taken(await iam('TagUser', { UserName: 'tagged', Tags: tags(50) }))
  taken(await iam('TagUser', { UserName: 'tagged', Tags: tags(50) }))
  refused(
    await iam('TagUser', { UserName: 'tagged', Tags: tags(1, 'more') }),
    'The number of tags has reached the maximum limit.',
  )
  expect(await iam('TagUser', { UserName: 'tagged', Tags: tags(51) })).toMatchObject({ code: 'ValidationError' })
})

describe('a session', () => {
  const assume = (more: object) =>
    sts('AssumeRole', { RoleArn: 'arn:aws:iam::000000000000:role/session', RoleSessionName: 'one', ...more })
  beforeAll(async () => {
    const Statement = {
      Effect: 'Allow',
      Principal: { AWS: '000000000000' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
    }
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
    taken(await iam('CreateRole', { RoleName: 'session', AssumeRolePolicyDocument }))
  })

  /** White space counts here: the limit is of the parameter, not of the policy. */
  const text = (characters: number) => policy('kms:Decrypt').padEnd(characters)

  test('has a policy of 2048 characters', async () => {
    taken(await assume({ Policy: text(2048) }))
    expect(await assume({ Policy: text(2049) })).toMatchObject({ code: 'ValidationError' })
    taken(await sts('GetFederationToken', { Name: 'guest', Policy: text(2048) }))
    expect(await sts('GetFederationToken', { Name: 'guest', Policy: text(2049) })).toMatchObject({
      code: 'ValidationError',
    })
  })

  test('has ten managed policies', async () => {
    const policies = (count: number) => ({
      PolicyArns: Array.from({ length: count }, () => ({ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' })),
    })
    taken(await assume(policies(10)))
    expect(await assume(policies(11))).toMatchObject({ code: 'ValidationError' })
  })

  test('has fifty tags, and no more than fit into a token', async () => {
    taken(await assume({ Tags: tags(50) }))
    expect(await assume({ Tags: tags(51) })).toMatchObject({ code: 'ValidationError' })
    const random = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: letters(index) }))
    expect(await assume({ Tags: random })).toMatchObject({ code: 'PackedPolicyTooLargeException' })
  })
})

/** 256 letters that do not compress well, the same each time. */
function letters(seed: number): string {
  let state = seed + 1
  return Array.from({ length: 256 }, () => {
    state = (state * 48_271) % 2_147_483_647
    return String.fromCodePoint(97 + (state % 26))
  }).join('')
}
