import type { PolicyRecord } from './records.ts'

/** One policy of AWS's own: its content as the AWS Managed Policy Reference Guide gives it. */
interface Published {
  readonly name: string
  readonly path?: string
  readonly id: string
  readonly version: number
  readonly description: string
  /** When its first and its present version were published. */
  readonly created: string
  readonly updated: string
  readonly statements: readonly object[]
}

const allow = (Action: string | readonly string[], Resource: string | readonly string[] = '*', more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
})

/** The policies of AWS's own that speak of what is served here, without the further services that the published ones name. */
const published: readonly Published[] = [
  {
    name: 'AdministratorAccess',
    id: 'ANPAIWMBCKSKIEE64ZLYK',
    version: 1,
    description: 'Provides full access to AWS services and resources.',
    created: '2015-02-06T18:39:46Z',
    updated: '2015-02-06T18:39:46Z',
    statements: [allow('*')],
  },
  {
    name: 'PowerUserAccess',
    id: 'ANPAJYRXTHIB4FOVS3ZXS',
    version: 5,
    description:
      'Provides full access to AWS services and resources, but does not allow management of Users and groups.',
    created: '2015-02-06T18:39:47Z',
    updated: '2023-07-06T22:04:00Z',
    statements: [
      { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
      allow([
        'account:GetAccountInformation',
        'account:GetPrimaryEmail',
        'account:ListRegions',
        'iam:CreateServiceLinkedRole',
        'iam:DeleteServiceLinkedRole',
        'iam:ListRoles',
        'organizations:DescribeOrganization',
      ]),
    ],
  },
  {
    name: 'ReadOnlyAccess',
    id: 'ANPAILL3HVNFSB6DCOWYQ',
    version: 1,
    description: 'Provides read-only access to AWS services and resources.',
    created: '2015-02-06T18:39:48Z',
    updated: '2015-02-06T18:39:48Z',
    statements: [
      allow([
        'cloudtrail:Describe*',
        'cloudtrail:Get*',
        'cloudtrail:List*',
        'cloudtrail:LookupEvents',
        'iam:Generate*',
        'iam:Get*',
        'iam:List*',
        'iam:Simulate*',
        'kms:Describe*',
        'kms:Get*',
        'kms:List*',
        'lambda:Get*',
        'lambda:List*',
        'rolesanywhere:Get*',
        'rolesanywhere:List*',
        'secretsmanager:Describe*',
        'secretsmanager:GetResourcePolicy',
        'secretsmanager:List*',
        'ssm:Describe*',
        'ssm:Get*',
        'ssm:List*',
        'sts:GetAccessKeyInfo',
        'sts:GetCallerIdentity',
        'sts:GetSessionToken',
      ]),
    ],
  },
  {
    name: 'IAMFullAccess',
    id: 'ANPAI7XKCFMBPM3QQRRVQ',
    version: 2,
    description: 'Provides full access to IAM via the AWS Management Console.',
    created: '2015-02-06T18:40:38Z',
    updated: '2019-06-21T19:40:00Z',
    statements: [
      allow([
        'iam:*',
        'organizations:DescribeAccount',
        'organizations:DescribeOrganization',
        'organizations:DescribeOrganizationalUnit',
        'organizations:DescribePolicy',
        'organizations:ListChildren',
        'organizations:ListParents',
        'organizations:ListPoliciesForTarget',
        'organizations:ListRoots',
        'organizations:ListPolicies',
        'organizations:ListTargetsForPolicy',
      ]),
    ],
  },
  {
    name: 'IAMReadOnlyAccess',
    id: 'ANPAJKSO7NDY4T57MWDSQ',
    version: 4,
    description: 'Provides read only access to IAM via the AWS Management Console.',
    created: '2015-02-06T18:40:39Z',
    updated: '2018-01-25T19:11:27Z',
    statements: [
      allow([
        'iam:GenerateCredentialReport',
        'iam:GenerateServiceLastAccessedDetails',
        'iam:Get*',
        'iam:List*',
        'iam:SimulateCustomPolicy',
        'iam:SimulatePrincipalPolicy',
      ]),
    ],
  },
  {
    name: 'SecretsManagerReadWrite',
    id: 'ANPAJ3SSTXSE6IAVQXS5K',
    version: 5,
    description: 'Provides read/write access to AWS Secrets Manager via the AWS Management Console.',
    created: '2018-04-04T18:05:29Z',
    updated: '2024-02-22T18:12:00Z',
    statements: [
      allow(
        [
          'secretsmanager:*',
          'cloudformation:CreateChangeSet',
          'cloudformation:DescribeChangeSet',
          'cloudformation:DescribeStackResource',
          'cloudformation:DescribeStacks',
          'cloudformation:ExecuteChangeSet',
          'docdb-elastic:GetCluster',
          'docdb-elastic:ListClusters',
          'ec2:DescribeSecurityGroups',
          'ec2:DescribeSubnets',
          'ec2:DescribeVpcs',
          'kms:DescribeKey',
          'kms:ListAliases',
          'kms:ListKeys',
          'lambda:ListFunctions',
          'rds:DescribeDBClusters',
          'rds:DescribeDBInstances',
          'redshift:DescribeClusters',
          'redshift-serverless:ListWorkgroups',
          'redshift-serverless:GetNamespace',
          'tag:GetResources',
        ],
        '*',
        { Sid: 'BasicPermissions' },
      ),
      allow(
        [
          'lambda:AddPermission',
          'lambda:CreateFunction',
          'lambda:GetFunction',
          'lambda:InvokeFunction',
          'lambda:UpdateFunctionConfiguration',
        ],
        'arn:aws:lambda:*:*:function:SecretsManager*',
        { Sid: 'LambdaPermissions' },
      ),
      allow(
        ['serverlessrepo:CreateCloudFormationChangeSet', 'serverlessrepo:GetApplication'],
        'arn:aws:serverlessrepo:*:*:applications/SecretsManager*',
        { Sid: 'SARPermissions' },
      ),
      allow(
        ['s3:GetObject'],
        ['arn:aws:s3:::awsserverlessrepo-changesets*', 'arn:aws:s3:::secrets-manager-rotation-apps-*/*'],
        { Sid: 'S3Permissions' },
      ),
    ],
  },
  {
    name: 'AWSKeyManagementServicePowerUser',
    id: 'ANPAJNPP7PPPPMJRV2SA4',
    version: 2,
    description: 'Provides access to AWS Key Management Service (KMS).',
    created: '2015-02-06T18:40:40Z',
    updated: '2017-03-07T00:55:11Z',
    statements: [
      allow([
        'kms:CreateAlias',
        'kms:CreateKey',
        'kms:DeleteAlias',
        'kms:Describe*',
        'kms:GenerateRandom',
        'kms:Get*',
        'kms:List*',
        'kms:TagResource',
        'kms:UntagResource',
        'iam:ListGroups',
        'iam:ListRoles',
        'iam:ListUsers',
      ]),
    ],
  },
  {
    name: 'AmazonSSMFullAccess',
    id: 'ANPAJA7V6HI4ISQFMDYAG',
    version: 4,
    description: 'Provides full access to Amazon SSM.',
    created: '2015-05-29T17:39:47Z',
    updated: '2019-11-20T20:08:40Z',
    statements: [
      allow([
        'cloudwatch:PutMetricData',
        'ds:CreateComputer',
        'ds:DescribeDirectories',
        'ec2:DescribeInstanceStatus',
        'logs:*',
        'ssm:*',
        'ec2messages:*',
      ]),
      allow(
        'iam:CreateServiceLinkedRole',
        'arn:aws:iam::*:role/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM*',
        { Condition: { StringLike: { 'iam:AWSServiceName': 'ssm.amazonaws.com' } } },
      ),
      allow(
        ['iam:DeleteServiceLinkedRole', 'iam:GetServiceLinkedRoleDeletionStatus'],
        'arn:aws:iam::*:role/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM*',
      ),
      allow([
        'ssmmessages:CreateControlChannel',
        'ssmmessages:CreateDataChannel',
        'ssmmessages:OpenControlChannel',
        'ssmmessages:OpenDataChannel',
      ]),
    ],
  },
  {
    name: 'AmazonSSMReadOnlyAccess',
    id: 'ANPAJODSKQGGJTHRYZ5FC',
    version: 1,
    description: 'Provides read only access to Amazon SSM.',
    created: '2015-05-29T17:44:19Z',
    updated: '2015-05-29T17:44:19Z',
    statements: [allow(['ssm:Describe*', 'ssm:Get*', 'ssm:List*'])],
  },
  {
    name: 'AWSLambdaBasicExecutionRole',
    path: '/service-role/',
    id: 'ANPAJNCQGXC42545SKXIK',
    version: 1,
    description: 'Provides write permissions to CloudWatch Logs.',
    created: '2015-04-09T15:03:43Z',
    updated: '2015-04-09T15:03:43Z',
    statements: [allow(['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'])],
  },
  {
    name: 'AWSLambda_FullAccess',
    id: 'ANPAZKAPJZG4ONGCBBQWB',
    version: 1,
    description:
      'Grants full access to AWS Lambda service, AWS Lambda console features, and other related AWS services.',
    created: '2020-11-17T21:14:00Z',
    updated: '2020-11-17T21:14:00Z',
    statements: [
      allow([
        'iam:GetPolicy',
        'iam:GetPolicyVersion',
        'iam:GetRole',
        'iam:GetRolePolicy',
        'iam:ListAttachedRolePolicies',
        'iam:ListRolePolicies',
        'iam:ListRoles',
        'kms:ListAliases',
        'lambda:*',
        'logs:DescribeLogGroups',
        'tag:GetResources',
      ]),
      allow('iam:PassRole', '*', { Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } } }),
    ],
  },
]

const byPartition = new Map<string, ReadonlyMap<string, PolicyRecord>>()
const arnText = /^arn:(aws|aws-cn|aws-us-gov):iam::aws:policy\//

/** The policies of AWS's own in a partition, in the order of their names. */
export function awsManagedPolicies(partition: string): readonly PolicyRecord[] {
  return [...policiesOf(partition).values()]
}

export function awsManagedPolicy(arn: string): PolicyRecord | undefined {
  const partition = arnText.exec(arn)?.[1]
  return partition === undefined ? undefined : policiesOf(partition).get(arn)
}

function policiesOf(partition: string): ReadonlyMap<string, PolicyRecord> {
  let known = byPartition.get(partition)
  if (!known) {
    const records = published.map((policy) => asRecord(policy, partition))
    records.sort((a, b) => (a.name < b.name ? -1 : 1))
    known = new Map(records.map((record) => [record.arn, record]))
    byPartition.set(partition, known)
  }
  return known
}

function asRecord(policy: Published, partition: string): PolicyRecord {
  const { name, path = '/', id, version, description, created, updated, statements } = policy
  const document = JSON.stringify({ Version: '2012-10-17', Statement: statements }, undefined, 2)
  const defaultVersion = `v${version}`
  return {
    name,
    path,
    id,
    arn: `arn:${partition}:iam::aws:policy${path}${name}`,
    description,
    tags: [],
    createdAt: Date.parse(created),
    updatedAt: Date.parse(updated),
    defaultVersion,
    versions: [
      {
        id: defaultVersion,
        document: document.replaceAll('arn:aws:', `arn:${partition}:`),
        createdAt: Date.parse(updated),
      },
    ],
    lastVersion: version,
  }
}
