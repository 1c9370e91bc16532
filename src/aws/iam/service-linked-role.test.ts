import { afterAll, beforeAll, expect, test } from 'vitest'
import { account, allowing, type Directory, openDirectory, trusting } from '../identities/directory.test-support.ts'

let directory: Directory
beforeAll(async () => {
  directory = await openDirectory()
})
afterAll(() => directory.harness.close())

test('no service has a role of its own', async () => {
  const make = directory.iam('CreateServiceLinkedRole', { AWSServiceName: 'kms.amazonaws.com' })
  await expect(make).rejects.toMatchObject({
    code: 'AccessDenied',
    text: 'Cannot find Service Linked Role template for kms.amazonaws.com',
    status: 403,
  })
  await expect(directory.iam('GetServiceLinkedRoleDeletionStatus', { DeletionTaskId: 'task/x' })).rejects.toMatchObject(
    {
      code: 'NoSuchEntityException',
    },
  )
})

test('a role that somebody made is not deleted as one', async () => {
  const ann = await directory.user('ann')
  await directory.role('plain', trusting(ann.arn))
  await expect(directory.iam('DeleteServiceLinkedRole', { RoleName: 'plain' }, ann)).rejects.toMatchObject({
    code: 'NoSuchEntityException',
    text: 'The role with name plain cannot be found.',
  })
  await directory.iam('GetRole', { RoleName: 'plain' }, ann)
})

test('whoever may make a role may not ask for one of a service', async () => {
  const role = `arn:aws:iam::${account}:role/team/*`
  const bob = await directory.user('bob', allowing(['iam:CreateRole', 'iam:CreateServiceLinkedRole'], role))
  await expect(directory.iam('CreateServiceLinkedRole', { AWSServiceName: 'x.y' }, bob)).rejects.toMatchObject({
    text: expect.stringContaining(`on resource: arn:aws:iam::${account}:role/aws-service-role/x.y/`) as string,
  })
})
