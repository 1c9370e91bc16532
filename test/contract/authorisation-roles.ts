import type { Harness } from '../harness.ts'
import { Secret } from '../../src/base/secret.ts'

/** The account whose resources are asked for; not the one that runs the server. */
export const account = '222222222222'
export const otherAccount = '333333333333'

/** Two of each kind of thing: one that belongs to the application, and one that does not. */
export type Side = 'app' | 'other'

const document = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
const allow = (Action: string | readonly string[], Resource: string | readonly string[] = '*') => ({
  Effect: 'Allow',
  Action,
  Resource,
})

const secrets = `arn:aws:secretsmanager:us-east-1:${account}:secret:app/*`
const parameters = `arn:aws:ssm:us-east-1:${account}:parameter/app/*`
const functions = `arn:aws:lambda:us-east-1:${account}:function:app-*`

interface Role {
  /** The head of its column. */
  readonly name: string
  readonly about: string
  readonly account: string
  readonly managed?: string
  readonly statements?: readonly object[]
}

/** Who is asked about, in the order of the columns. */
export const roles: readonly Role[] = [
  { name: 'admin', about: 'has AdministratorAccess', account, managed: 'AdministratorAccess' },
  { name: 'read-only', about: 'has ReadOnlyAccess', account, managed: 'ReadOnlyAccess' },
  {
    name: 'reader',
    about: 'reads the secrets and parameters of the application',
    account,
    statements: [
      allow(['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], secrets),
      allow(['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath'], parameters),
    ],
  },
  { name: 'key-admin', about: 'administers the key of the application, by its key policy', account },
  { name: 'key-user', about: 'uses that key, by its key policy', account },
  {
    name: 'auditor',
    about: 'looks at who may do what, and at no value',
    account,
    statements: [
      allow(['iam:Get*', 'iam:List*', 'iam:Simulate*', 'iam:Generate*']),
      allow(['secretsmanager:List*', 'secretsmanager:Describe*', 'secretsmanager:GetResourcePolicy']),
      allow([
        'ssm:Describe*',
        'ssm:List*',
        'kms:List*',
        'kms:Describe*',
        'kms:GetKeyPolicy',
        'kms:GetKeyRotationStatus',
      ]),
      allow('keyturn:ExplainAccess'),
    ],
  },
  {
    name: 'deployer',
    about: 'is a pipeline: writes the secrets, parameters and functions of the application and reads no value',
    account,
    statements: [
      allow(
        ['CreateSecret', 'PutSecretValue', 'UpdateSecret', 'TagResource', 'DescribeSecret'].map(
          (action) => `secretsmanager:${action}`,
        ),
        secrets,
      ),
      allow(['ssm:PutParameter', 'ssm:AddTagsToResource'], parameters),
      allow(['lambda:UpdateFunctionCode', 'lambda:UpdateFunctionConfiguration', 'lambda:GetFunction'], functions),
    ],
  },
  {
    name: 'foreign',
    about: 'reads the secret of the application from another account, by its policy and that of its key',
    account: otherAccount,
    statements: [allow(['secretsmanager:GetSecretValue', 'kms:Decrypt'])],
  },
  {
    name: 'foreign-admin',
    about: 'has AdministratorAccess in that other account',
    account: otherAccount,
    managed: 'AdministratorAccess',
  },
  { name: 'nobody', about: 'has no policy', account },
]

export function arnOf({ account: own, name }: Role): string {
  return `arn:aws:iam::${own}:user/${name}`
}

/** Makes everybody, and the resources whose own policies count. Gives the ARNs of those by type and side. */
export async function makeAll(harness: Harness): Promise<Readonly<Record<Side, Readonly<Record<string, string>>>>> {
  for (const role of roles) {
    const root = harness.root(role.account)
    const iam = (operation: string, input: object) =>
      harness.call(root, 'iam', operation, { UserName: role.name, ...input })
    await iam('CreateUser', {})
    if (role.managed !== undefined)
      await iam('AttachUserPolicy', { PolicyArn: `arn:aws:iam::aws:policy/${role.managed}` })
    if (role.statements) await iam('PutUserPolicy', { PolicyName: 'own', PolicyDocument: document(...role.statements) })
  }
  return { app: await makeSide(harness, 'app'), other: await makeSide(harness, 'other') }
}

const named = (name: string) => ({ AWS: arnOf(roles.find((role) => role.name === name) as Role) })

/** A key's policy as the console writes it: for the account, for those who administer it, for those who use it. */
const keyPolicy = document(
  { ...allow('kms:*'), Principal: { AWS: account } },
  {
    ...allow(
      'Create Describe Enable List Put Update Revoke Disable Get Delete Tag Untag ScheduleKeyDeletion CancelKeyDeletion'
        .split(' ')
        .map((verb) => (verb.endsWith('Deletion') ? `kms:${verb}` : `kms:${verb}*`)),
    ),
    Principal: named('key-admin'),
  },
  {
    ...allow(['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey']),
    Principal: named('key-user'),
  },
  { ...allow('kms:Decrypt'), Principal: named('foreign') },
)

async function makeSide(harness: Harness, side: Side): Promise<Readonly<Record<string, string>>> {
  const root = harness.root(account)
  const app = side === 'app'
  const { KeyMetadata } = (await harness.call(
    root,
    'kms',
    'CreateKey',
    app ? { Policy: keyPolicy } : {},
  )) as unknown as {
    KeyMetadata: { Arn: string }
  }
  const token = app ? '1' : '2'
  const { ARN } = (await harness.call(root, 'secretsmanager', 'CreateSecret', {
    Name: `${side}/db`,
    SecretString: new Secret('value'),
    KmsKeyId: KeyMetadata.Arn,
    ClientRequestToken: token.repeat(32),
  })) as unknown as { ARN: string }
  if (app) {
    const ResourcePolicy = document({ ...allow('secretsmanager:GetSecretValue'), Principal: named('foreign') })
    await harness.call(root, 'secretsmanager', 'PutResourcePolicy', { SecretId: ARN, ResourcePolicy })
  }
  const trust = document({ Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' })
  await harness.call(root, 'iam', 'CreateRole', { RoleName: `${side}-role`, AssumeRolePolicyDocument: trust })
  return { Secret: ARN, key: KeyMetadata.Arn }
}
