import { afterAll, beforeAll, expect, test } from 'vitest'
import { compilePolicy } from '../../iam/compile-policy.ts'
import { fullAccess, organizationOf } from '../organization.ts'
import {
  account,
  allowing,
  type Directory,
  openDirectory,
  policyOf,
  trusting,
} from '../identities/directory.test-support.ts'

let directory: Directory
beforeAll(async () => {
  directory = await openDirectory()
})
afterAll(() => directory.harness.close())

const decisions = (results: readonly { EvalActionName: string; EvalResourceName: string; EvalDecision: string }[]) =>
  results.map(({ EvalActionName, EvalResourceName, EvalDecision }) => [EvalActionName, EvalResourceName, EvalDecision])

test('the policies of a user, of its groups and those given decide', async () => {
  const { iam } = directory
  const { arn } = await directory.user('ann', allowing('kms:Encrypt'))
  await iam('CreateGroup', { GroupName: 'team' })
  await iam('PutGroupPolicy', { GroupName: 'team', PolicyName: 'p', PolicyDocument: allowing('kms:Decrypt') })
  await iam('AddUserToGroup', { GroupName: 'team', UserName: 'ann' })
  const ActionNames = ['kms:Encrypt', 'kms:Decrypt', 'kms:Sign', 'kms:Verify']
  const PolicyInputList = [allowing('kms:Sign'), policyOf({ Effect: 'Deny', Action: 'kms:Decrypt', Resource: '*' })]
  const input = { PolicySourceArn: arn, ActionNames, PolicyInputList }
  const { EvaluationResults } = await iam('SimulatePrincipalPolicy', input)
  expect(decisions(EvaluationResults)).toEqual([
    ['kms:Encrypt', '*', 'allowed'],
    ['kms:Decrypt', '*', 'explicitDeny'],
    ['kms:Sign', '*', 'allowed'],
    ['kms:Verify', '*', 'implicitDeny'],
  ])
  expect(EvaluationResults[1]?.MatchedStatements).toMatchObject([{ SourcePolicyId: 'PolicyInputList.2' }])
})

test('positions are those in the text of the policy', async () => {
  const document =
    '{ "Version": "2012-10-17",\n  "Statement": [\n    {"Effect":"Allow","Action":"*","Resource":"*"}\n ]}'
  const { EvaluationResults } = await directory.iam('SimulateCustomPolicy', {
    PolicyInputList: [document],
    ActionNames: ['s3:PutObject'],
  })
  expect(EvaluationResults).toMatchObject([
    {
      EvalDecision: 'allowed',
      MatchedStatements: [
        {
          SourcePolicyId: 'PolicyInputList.1',
          SourcePolicyType: 'IAM Policy',
          StartPosition: { Line: 3, Column: 6 },
          EndPosition: { Line: 3, Column: 51 },
        },
      ],
    },
  ])
})

test('context that policies ask for and nobody gave is told', async () => {
  const document = policyOf({
    Effect: 'Allow',
    Action: 'ssm:GetParameter',
    Resource: 'arn:aws:ssm:*:*:parameter/${aws:PrincipalTag/Team}/*',
    Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
  })
  const keys = await directory.iam('GetContextKeysForCustomPolicy', { PolicyInputList: [document] })
  expect(keys.ContextKeyNames).toEqual(['aws:MultiFactorAuthPresent', 'aws:PrincipalTag/Team'])
  const simulate = async (...given: [string, string][]) => {
    const { EvaluationResults } = await directory.iam('SimulateCustomPolicy', {
      PolicyInputList: [document],
      ActionNames: ['ssm:GetParameter'],
      ResourceArns: ['arn:aws:ssm:us-east-1:111111111111:parameter/blue/x'],
      ContextEntries: given.map(([ContextKeyName, value]) => ({ ContextKeyName, ContextKeyValues: [value] })),
    })
    return EvaluationResults
  }
  expect(await simulate(['aws:principaltag/team', 'blue'])).toMatchObject([
    { EvalDecision: 'implicitDeny', MissingContextValues: ['aws:MultiFactorAuthPresent'] },
  ])
  expect(await simulate(['aws:PrincipalTag/Team', 'blue'], ['aws:MultiFactorAuthPresent', 'true'])).toMatchObject([
    { EvalDecision: 'allowed', MissingContextValues: [] },
  ])
})

test('a boundary, and the policy of a resource', async () => {
  const { iam } = directory
  const simulate = async (more: object) => {
    const input = { PolicyInputList: [allowing('s3:GetObject')], ActionNames: ['s3:GetObject'], ...more }
    return (await iam('SimulateCustomPolicy', input)).EvaluationResults
  }
  expect(await simulate({ PermissionsBoundaryPolicyInputList: [allowing('s3:PutObject')] })).toMatchObject([
    { EvalDecision: 'implicitDeny', PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false } },
  ])
  const ResourcePolicy = policyOf({ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: '*' })
  expect(await simulate({ ResourcePolicy })).toMatchObject([
    { EvalDecision: 'explicitDeny', MatchedStatements: [{ SourcePolicyType: 'Resource Policy' }] },
  ])
})

test('one result for each action on each resource, in pages', async () => {
  const { iam } = directory
  const arn = await directory.role(
    'role',
    trusting((await directory.user('bob')).arn),
    allowing('a:*', 'arn:aws:a:::two'),
  )
  const input = {
    PolicySourceArn: arn,
    ActionNames: ['a:One', 'a:Two'],
    ResourceArns: ['arn:aws:a:::one', 'arn:aws:a:::two'],
    MaxItems: 3,
  }
  const first = await iam('SimulatePrincipalPolicy', input)
  const second = await iam('SimulatePrincipalPolicy', { ...input, Marker: first.Marker })
  expect(second.IsTruncated).toBe(false)
  expect(decisions([...first.EvaluationResults, ...second.EvaluationResults])).toEqual([
    ['a:One', 'arn:aws:a:::one', 'implicitDeny'],
    ['a:One', 'arn:aws:a:::two', 'allowed'],
    ['a:Two', 'arn:aws:a:::one', 'implicitDeny'],
    ['a:Two', 'arn:aws:a:::two', 'allowed'],
  ])
})

test('what cannot be simulated is refused', async () => {
  const { iam } = directory
  const ActionNames = ['s3:GetObject']
  const simulate = (PolicySourceArn: string) => iam('SimulatePrincipalPolicy', { PolicySourceArn, ActionNames })
  await expect(simulate('arn:aws:iam::111111111111:policy/x')).rejects.toMatchObject({ code: 'InvalidInputException' })
  await expect(simulate('no-arn')).rejects.toMatchObject({ code: 'InvalidInputException' })
  await expect(simulate(`arn:aws:iam::${account}:user/nobody`)).rejects.toMatchObject({ code: 'NoSuchEntityException' })
  await expect(iam('SimulateCustomPolicy', { PolicyInputList: ['{}'], ActionNames })).rejects.toMatchObject({
    code: 'InvalidInputException',
  })
  const CallerArn = `arn:aws:iam::${account}:role/x`
  await expect(iam('SimulateCustomPolicy', { PolicyInputList: [], ActionNames, CallerArn })).rejects.toMatchObject({
    code: 'InvalidInputException',
  })
})

test('a marker that was made up is refused, or finds nothing', async () => {
  const { iam } = directory
  const input = { PolicyInputList: [allowing('a:*')], ActionNames: ['a:One', 'a:Two'] }
  const { Marker } = await iam('SimulateCustomPolicy', { ...input, MaxItems: 1 })
  const forged = (last: string) => `${Marker.slice(0, 16)}${Buffer.from(last).toString('base64url')}`
  for (const last of ['-5', 'x', '1e3', '99']) {
    const { EvaluationResults } = await iam('SimulateCustomPolicy', { ...input, Marker: forged(last) })
    expect(EvaluationResults).toEqual([])
  }
  await expect(iam('SimulateCustomPolicy', { ...input, Marker: 'made-up' })).rejects.toMatchObject({
    code: 'ValidationError',
  })
})

test('guard rails of the account decide with the policies, and are not shown', async () => {
  const compiled = compilePolicy(policyOf({ Effect: 'Deny', Action: 'kms:Sign', Resource: '*' }), 'control')
  if ('invalid' in compiled) throw new Error('the policy of this test is valid')
  const organization = organizationOf({
    id: undefined,
    rootId: 'r-root',
    managementAccount: '999999999999',
    root: { serviceControl: [fullAccess, compiled.policy] },
    units: new Map(),
    accounts: new Map(),
  })
  const member = await openDirectory({ organization })
  const { arn } = await member.user('ann')
  const input = { PolicySourceArn: arn, ActionNames: ['kms:Sign', 'kms:Verify'] }
  const { EvaluationResults } = await member.iam('SimulatePrincipalPolicy', input)
  expect(EvaluationResults).toMatchObject([
    {
      EvalDecision: 'explicitDeny',
      MatchedStatements: [],
      OrganizationsDecisionDetail: { AllowedByOrganizations: false },
    },
    { EvalDecision: 'allowed', OrganizationsDecisionDetail: { AllowedByOrganizations: true } },
  ])
  const { EvaluationResults: free } = await directory.iam('SimulatePrincipalPolicy', {
    ...input,
    PolicySourceArn: (await directory.user('unguarded')).arn,
  })
  expect(free[0]).toMatchObject({ EvalDecision: 'allowed' })
  expect(free[0]).not.toHaveProperty('OrganizationsDecisionDetail')
  await member.harness.close()
})
