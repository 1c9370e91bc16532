import { afterAll, beforeAll, expect, test } from 'vitest'
import { account, allowing, type Directory, openDirectory, trusting } from '../identities/directory.test-support.ts'
import { LastUses } from './last-use.ts'

let directory: Directory
beforeAll(async () => {
  directory = await openDirectory()
})
afterAll(() => directory.harness.close())

test('the credential report has a line for each user, and is of its time', async () => {
  const { iam, harness } = directory
  await expect(iam('GetCredentialReport', {})).rejects.toMatchObject({ code: 'CredentialReportNotPresentException' })
  const caller = await directory.user('ann,with=signs')
  const uses = new LastUses(harness)
  uses.note(caller, 'kms', 'eu-west-1')
  await uses.flush()
  expect((await iam('GenerateCredentialReport', {})).State).toBe('STARTED')
  expect((await iam('GenerateCredentialReport', {})).State).toBe('COMPLETE')
  const { Content, ReportFormat } = await iam('GetCredentialReport', {})
  expect(ReportFormat).toBe('text/csv')
  const [head = '', root = '', ann = '', end] = Buffer.from(Content as unknown as Uint8Array)
    .toString()
    .split('\n')
  expect(end).toBe('')
  expect(head.split(',')).toHaveLength(22)
  expect(root).toMatch(new RegExp(`^<root_account>,arn:aws:iam::${account}:root,`))
  expect(ann).toMatch(
    /^"ann,with=signs","arn:aws:iam::\d{12}:user\/ann,with=signs",\d{4}-.*,false,N\/A,N\/A,N\/A,false,true,/,
  )
  expect(ann).toContain(',eu-west-1,kms,false,N/A,N/A,N/A,N/A,')
  harness.clock.advanceTo(harness.clock.now() + 5 * 60 * 60 * 1000)
  await expect(iam('GetCredentialReport', {})).rejects.toMatchObject({ code: 'CredentialReportExpiredException' })
})

test('which services an entity may use, and when it did', async () => {
  const { iam, harness } = directory
  const uses = new LastUses(harness)
  const bob = await directory.user('bob', allowing(['kms:Encrypt', 's3:GetObject']))
  const { Policy } = await iam('CreatePolicy', { PolicyName: 'secrets', PolicyDocument: allowing('secretsmanager:*') })
  await iam('CreateGroup', { GroupName: 'team' })
  await iam('AttachGroupPolicy', { GroupName: 'team', PolicyArn: Policy.Arn })
  await iam('AddUserToGroup', { GroupName: 'team', UserName: 'bob' })
  uses.note(bob, 'kms', 'eu-west-1')
  uses.note(bob, 'secretsmanager', 'us-east-1')
  await uses.flush()
  const ask = async (Arn: string) => (await iam('GenerateServiceLastAccessedDetails', { Arn })).JobId
  const accessed = async (Arn: string) => {
    const { JobStatus, ServicesLastAccessed } = await iam('GetServiceLastAccessedDetails', { JobId: await ask(Arn) })
    expect(JobStatus).toBe('COMPLETED')
    return ServicesLastAccessed.map(({ ServiceNamespace, LastAuthenticatedRegion }) => [
      ServiceNamespace,
      LastAuthenticatedRegion,
    ])
  }
  expect(await accessed(bob.arn)).toEqual([
    ['kms', 'eu-west-1'],
    ['secretsmanager', 'us-east-1'],
  ])
  expect(await accessed(`arn:aws:iam::${account}:group/team`)).toEqual([['secretsmanager', 'us-east-1']])
  expect(await accessed(Policy.Arn)).toEqual([['secretsmanager', 'us-east-1']])
  const role = await directory.role('unused', trusting(bob.arn), allowing('*'))
  expect((await accessed(role)).every(([, region]) => region === undefined)).toBe(true)
  const granting = await iam('ListPoliciesGrantingServiceAccess', {
    Arn: bob.arn,
    ServiceNamespaces: ['kms', 'secretsmanager', 'ssm'],
  })
  expect(granting.PoliciesGrantingServiceAccess).toEqual([
    {
      ServiceNamespace: 'kms',
      Policies: [{ PolicyName: 'own', PolicyType: 'INLINE', EntityType: 'USER', EntityName: 'bob' }],
    },
    {
      ServiceNamespace: 'secretsmanager',
      Policies: [{ PolicyName: 'secrets', PolicyType: 'MANAGED', PolicyArn: Policy.Arn }],
    },
    { ServiceNamespace: 'ssm', Policies: [] },
  ])
  const JobId = await ask(Policy.Arn)
  const { EntityDetailsList } = await iam('GetServiceLastAccessedDetailsWithEntities', {
    JobId,
    ServiceNamespace: 'secretsmanager',
  })
  expect(EntityDetailsList).toMatchObject([{ EntityInfo: { Name: 'bob', Type: 'USER' } }])
  await expect(iam('GetServiceLastAccessedDetails', { JobId: JobId.replace(/./g, '0') })).rejects.toMatchObject({
    code: 'NoSuchEntityException',
  })
  await expect(ask(`arn:aws:iam::${account}:user/nobody`)).rejects.toMatchObject({ code: 'NoSuchEntityException' })
})

test('there are no passwords, SSH keys and certificates', async () => {
  const { iam } = directory
  await iam('CreateUser', { UserName: 'carol' })
  const UserName = 'carol'
  await expect(iam('GetLoginProfile', { UserName })).rejects.toMatchObject({
    code: 'NoSuchEntityException',
    text: 'Login Profile for User carol cannot be found.',
  })
  await expect(iam('DeleteLoginProfile', { UserName })).rejects.toMatchObject({ code: 'NoSuchEntityException' })
  expect((await iam('ListSSHPublicKeys', { UserName })).SSHPublicKeys).toEqual([])
  expect((await iam('ListSigningCertificates', { UserName })).Certificates).toEqual([])
  expect((await iam('ListServiceSpecificCredentials', { UserName })).ServiceSpecificCredentials).toEqual([])
  expect((await iam('ListServerCertificates', {})).ServerCertificateMetadataList).toEqual([])
  await expect(iam('CreateServiceSpecificCredential', { UserName, ServiceName: 'x' })).rejects.toMatchObject({
    text: 'No such service x exists',
  })
})
