import { type Client, elementText, forEach, openClient } from '../aws/client.ts'
import { type Credentials, region } from '../aws/signed-call.ts'
import { type Duty, duties, roleDuties } from './duties.ts'
import { parameterName, realName, secretText } from './names.ts'

/** What a store holds before it is measured, and who may do what with it. */
export interface World {
  readonly account: string
  readonly users: Readonly<Record<Duty, Credentials>>
  /** How many secrets were really created; their names are `realName(index)`. */
  readonly real: number
  /** How many parameters were really put; their names are `parameterName(index)`. */
  readonly parameters: number
  readonly keyId: string
  /** Ciphertexts of the key, base64. */
  readonly ciphertexts: readonly string[]
  readonly roleArn: string
}

const account = '000000000000'
const roleName = 'bench-role'
const ciphertextCount = 1_000
const parameterCount = 1_000
export const plaintextBytes = 1_024

/** Makes the world through the API of a running server, as its root. */
export async function makeWorld(port: number, root: Credentials, real: number): Promise<World> {
  const client = openClient(port, root)
  try {
    const { KeyMetadata } = await client.json('kms', 'CreateKey', {})
    const { KeyId: keyId, Arn: keyArn } = KeyMetadata as { KeyId: string; Arn: string }
    const roleArn = await makeRole(client)
    const users = await makeUsers(client, { keyArn, roleArn })
    await create(client, 0, real)
    await forEach(parameterCount, (index) =>
      client.json('ssm', 'PutParameter', {
        Name: parameterName(index),
        Value: secretText(index),
        Type: 'SecureString',
      }),
    )
    const ciphertexts = await forEach(ciphertextCount, async () => {
      const Plaintext = Buffer.from(crypto.getRandomValues(new Uint8Array(plaintextBytes))).toString('base64')
      const { CiphertextBlob } = await client.json('kms', 'Encrypt', { KeyId: keyId, Plaintext })
      return CiphertextBlob as string
    })
    return { account, users, real, parameters: parameterCount, keyId, ciphertexts, roleArn }
  } finally {
    client.close()
  }
}

/** Creates further real secrets, as root. */
export async function createSecrets(port: number, root: Credentials, from: number, to: number): Promise<void> {
  const client = openClient(port, root)
  try {
    await create(client, from, to)
  } finally {
    client.close()
  }
}

async function create(client: Client, from: number, to: number): Promise<void> {
  await forEach(to - from, async (index) => {
    const Name = realName(from + index)
    const ClientRequestToken = crypto.randomUUID()
    await client.json('secretsmanager', 'CreateSecret', { Name, SecretString: secretText(index), ClientRequestToken })
    // The first read of a day is written down; that is none of what is measured.
    await client.json('secretsmanager', 'GetSecretValue', { SecretId: Name })
  })
}

async function makeRole(client: Client): Promise<string> {
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'sts:AssumeRole' }],
  }
  const made = await client.query('iam', 'CreateRole', {
    RoleName: roleName,
    AssumeRolePolicyDocument: JSON.stringify(trust),
  })
  await client.query('iam', 'PutRolePolicy', {
    RoleName: roleName,
    PolicyName: 'duty',
    PolicyDocument: policyOf(roleDuties({ account, region })),
  })
  return elementText(made, 'Arn')
}

async function makeUsers(
  client: Client,
  arns: { keyArn: string; roleArn: string },
): Promise<Record<Duty, Credentials>> {
  const users: Partial<Record<Duty, Credentials>> = {}
  for (const [duty, statements] of Object.entries(duties({ account, region, ...arns }))) {
    const UserName = `bench-${duty}`
    await client.query('iam', 'CreateUser', { UserName })
    await client.query('iam', 'PutUserPolicy', { UserName, PolicyName: 'duty', PolicyDocument: policyOf(statements) })
    const made = await client.query('iam', 'CreateAccessKey', { UserName })
    users[duty as Duty] = {
      accessKeyId: elementText(made, 'AccessKeyId'),
      secretAccessKey: elementText(made, 'SecretAccessKey'),
    }
  }
  return users as Record<Duty, Credentials>
}

function policyOf(statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}
