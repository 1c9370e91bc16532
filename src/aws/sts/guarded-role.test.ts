import { afterAll, beforeAll, expect, test } from 'vitest'
import { assert } from '../../base/assert.ts'
import { Secret } from '../../base/secret.ts'
import { compilePolicy } from '../../iam/compile-policy.ts'
import type { Call, Caller } from '../call.ts'
import { account, type Directory, openDirectory, policyOf } from '../identities/directory.test-support.ts'
import { organizationOf } from '../organization.ts'
import { roleTrusting } from './service-trust.ts'
import { type Issuer, openIssuer } from './web-identity.test-support.ts'

const anonymous: Caller = { principal: { type: 'anonymous' }, account: '', arn: '', id: '', accessKeyId: '' }
const guarded = `arn:aws:iam::${account}:role/guarded`
const open = `arn:aws:iam::${account}:role/open`

let directory: Directory
let issuer: Issuer
let provider: string
beforeAll(async () => {
  const document = policyOf({ Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole*', Resource: guarded })
  const compiled = compilePolicy(document, 'control')
  assert('policy' in compiled, 'the policy of this test is valid')
  const organization = organizationOf({
    id: undefined,
    rootId: 'r-root',
    managementAccount: '999999999999',
    root: { resourceControl: [compiled.policy] },
    units: new Map(),
    accounts: new Map(),
  })
  directory = await openDirectory({ dev: true, organization })
  issuer = await openIssuer()
  const Url = `https://${issuer.name}`
  provider = (await directory.iam('CreateOpenIDConnectProvider', { Url, ClientIDList: ['app'] }))
    .OpenIDConnectProviderArn
  const trust = policyOf(
    { Effect: 'Allow', Principal: { Federated: provider }, Action: 'sts:AssumeRoleWithWebIdentity' },
    { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  )
  await directory.role('guarded', trust)
  await directory.role('open', trust)
})
afterAll(async () => {
  await issuer.close()
  await directory.harness.close()
})

test('a resource control policy keeps a role from those whom its trust policy lets in with a token', async () => {
  const seconds = Math.floor(Date.now() / 1000)
  const token = issuer.token({ iss: issuer.url, sub: 'app', aud: 'app', iat: seconds, exp: seconds + 60 })
  const assume = (RoleArn: string) => {
    const input = { RoleArn, RoleSessionName: 'one', WebIdentityToken: new Secret(token) }
    return directory.sts('AssumeRoleWithWebIdentity', input, anonymous)
  }
  await assume(open)
  await expect(assume(guarded)).rejects.toMatchObject({
    code: 'AccessDenied',
    text: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
  })
})

test('and from services', async () => {
  const { store, platform } = directory.harness
  const call = { caller: anonymous, region: 'us-east-1', now: 0, via: [] } as unknown as Call
  const source = { arn: `arn:aws:lambda:us-east-1:${account}:function:f`, account }
  const found = (arn: string) =>
    store.transaction((tx) => roleTrusting(arn, { service: 'lambda.amazonaws.com', source }, { tx, call, platform }))
  expect(await found(open)).toMatchObject({ arn: open })
  expect(await found(guarded)).toBeUndefined()
})
