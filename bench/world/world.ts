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
  /** Ciphertexts of another key, made before it was rotated as often as it can be. */
  readonly oldCiphertexts: readonly string[]
  readonly signing: { readonly p256: SigningKey; readonly rsa: SigningKey }
  readonly roleArn: string
}

export interface SigningKey {
  readonly keyId: string
  readonly algorithm: string
  /** Base64, as is its signature. */
  readonly message: string
  readonly signature: string
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
    const [key, rotated] = [await makeKey(client, {}), await makeKey(client, {})]
    const roleArn = await makeRole(client)
    const users = await makeUsers(client, { keyArns: [key.arn, rotated.arn], roleArn })
    await create(client, 0, real)
    await forEach(parameterCount, (index) =>
      client.json('ssm', 'PutParameter', {
        Name: parameterName(index),
        Value: secretText(index),
        Type: 'SecureString',
      }),
    )
    const ciphertexts = await encryptMany(client, key.id)
    const oldCiphertexts = await encryptMany(client, rotated.id)
    for (let times = 0; times < mostRotations; times++)
      await client.json('kms', 'RotateKeyOnDemand', { KeyId: rotated.id })
    const signing = {
      p256: await makeSigningKey(client, 'ECC_NIST_P256', 'ECDSA_SHA_256'),
      rsa: await makeSigningKey(client, 'RSA_2048', 'RSASSA_PSS_SHA_256'),
    }
    const made = { keyId: key.id, ciphertexts, oldCiphertexts, signing }
    return { account, users, real, parameters: parameterCount, ...made, roleArn }
  } finally {
    client.close()
  }
}

async function makeKey(client: Client, input: object): Promise<{ id: string; arn: string }> {
  const { KeyMetadata } = await client.json('kms', 'CreateKey', input)
  const { KeyId: id, Arn: arn } = KeyMetadata as { KeyId: string; Arn: string }
  return { id, arn }
}

/** With the material that the key was made with these are 25. */
const mostRotations = 24

function encryptMany(client: Client, KeyId: string): Promise<readonly string[]> {
  return forEach(ciphertextCount, async () => {
    const Plaintext = Buffer.from(crypto.getRandomValues(new Uint8Array(plaintextBytes))).toString('base64')
    const { CiphertextBlob } = await client.json('kms', 'Encrypt', { KeyId, Plaintext })
    return CiphertextBlob as string
  })
}

async function makeSigningKey(client: Client, KeySpec: string, algorithm: string): Promise<SigningKey> {
  const { id: keyId } = await makeKey(client, { KeySpec, KeyUsage: 'SIGN_VERIFY' })
  const message = Buffer.alloc(plaintextBytes, 7).toString('base64')
  const input = { KeyId: keyId, SigningAlgorithm: algorithm, Message: message }
  const { Signature } = await client.json('kms', 'Sign', input)
  return { keyId, algorithm, message, signature: Signature as string }
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
  arns: { keyArns: readonly string[]; roleArn: string },
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
