import { count, countsOf } from './accounts.ts'
import { iamArn } from './entity.ts'
import { policyExists, tooManyPolicies } from './messages.ts'
import { checkManagedDocument } from './managed-document.ts'
import { operation } from './operation.ts'
import { listedPolicy, savePolicy } from './policy.ts'
import { policies, type PolicyRecord } from './records.ts'
import { readTags, wireTags } from './tags.ts'
import { newUniqueId } from './unique-id.ts'

/** Makes a managed policy with a first version, which is its default. */
export const createPolicy = operation('CreatePolicy', {
  on: ({ Path = '/', PolicyName }, { call }) => ({
    arn: iamArn(call, 'policy', Path, PolicyName),
    account: call.caller.account,
    record: undefined,
  }),
  async handle(input, _record, context) {
    const { tx, call, platform } = context
    const { account } = call.caller
    const { PolicyName: name, Path: path = '/', PolicyDocument: document, Description } = input
    checkManagedDocument(document)
    const tags = readTags(input.Tags)
    if (await policies.get(tx, account, name.toLowerCase())) throw policyExists(name)
    const most = platform.quotas.managedPoliciesPerAccount
    if ((await countsOf(tx, account)).policies >= most) throw tooManyPolicies(most)
    await count(tx, account, 'policies', 1)
    const policy: PolicyRecord = {
      name,
      path,
      id: newUniqueId('ANPA'),
      arn: context.resource.arn,
      ...(Description !== undefined && { description: Description }),
      tags,
      createdAt: call.now,
      updatedAt: call.now,
      defaultVersion: 'v1',
      versions: [{ id: 'v1', document, createdAt: call.now }],
      lastVersion: 1,
    }
    savePolicy(policy, context)
    return { Policy: { ...(await listedPolicy(policy, context)), ...(tags.length > 0 && { Tags: wireTags(tags) }) } }
  },
})
