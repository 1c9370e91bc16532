import { partitionOf } from '../partition.ts'

/** The policy of a key that was made without one (KMS developer guide, «Default key policy»). */
export function defaultPolicy(account: string, region: string): string {
  return write('key-default-1', [
    {
      Sid: 'Enable IAM User Permissions',
      Effect: 'Allow',
      Principal: { AWS: root(account, region) },
      Action: 'kms:*',
      Resource: '*',
    },
  ])
}

/** The policy of the key that a service has in an account: everybody there may use it, through that service only. */
export function managedPolicy(account: string, region: string, service: string, title: string): string {
  const through = { 'kms:CallerAccount': account, 'kms:ViaService': `${service}.${region}.amazonaws.com` }
  return write(`auto-${service}-2`, [
    {
      Sid: `Allow access through ${title} for all principals in the account that are authorized to use ${title}`,
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: [
        'kms:Encrypt',
        'kms:Decrypt',
        'kms:ReEncrypt*',
        'kms:GenerateDataKey*',
        'kms:CreateGrant',
        'kms:DescribeKey',
      ],
      Resource: '*',
      Condition: { StringEquals: through },
    },
    {
      Sid: 'Allow direct access to key metadata to the account',
      Effect: 'Allow',
      Principal: { AWS: root(account, region) },
      Action: ['kms:Describe*', 'kms:Get*', 'kms:List*', 'kms:RevokeGrant'],
      Resource: '*',
    },
  ])
}

function root(account: string, region: string): string {
  return `arn:${partitionOf(region)}:iam::${account}:root`
}

/** As AWS writes it, with two blanks for each level. */
function write(id: string, statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Id: id, Statement: statements }, null, 2)
}
