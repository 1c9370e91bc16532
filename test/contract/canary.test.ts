import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { IAMClient } from '@aws-sdk/client-iam'
import * as iam from '@aws-sdk/client-iam'
import { DecryptCommand, EncryptCommand, CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import * as sm from '@aws-sdk/client-secrets-manager'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { expect, test } from 'vitest'
import { keyturn, startServerProcess, temporaryFolder } from '../clients/server-process.ts'

const plaintexts = [
  'canary-string-5b1fd3',
  'canary-previous-90aa17',
  'canary-binary-e2c644',
  'canary-kms-77c0de',
  'canary-replica-31beef',
]

test('no plaintext, access key secret or session secret is in the data folder, the audit trail, the log or an error', async () => {
  using folder = temporaryFolder()
  const toml = `account = "111111111111"\n[listen]\nport = 0\n[store]\nkind = "sqlite"\nfolder = "${folder.path}/data"\n[log]\nlevel = "debug"\n`
  const { stdout } = await keyturn(['init', '--json', '--data', `${folder.path}/data`], {
    KEYTURN_ACCOUNT: '111111111111',
  })
  const made = JSON.parse(stdout) as { accessKeyId: string; secretAccessKey: string }
  const server = await startServerProcess(folder.path, toml)
  const settings = { endpoint: server.endpoint, region: 'us-east-1', credentials: made, maxAttempts: 1 }
  const errors: string[] = []
  const hidden = [...plaintexts, made.secretAccessKey]
  await secretsManagerJourney(settings, errors)
  await kmsJourney(settings, errors)
  hidden.push(...(await identityJourney(settings)))
  await server.end('SIGTERM')

  const files = readdirSync(folder.path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const places = files.map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name), 'latin1')] as const)
  expect(places.map(([name]) => name)).toEqual(expect.arrayContaining(['keyturn.sqlite', '00000001.jsonl']))
  const texts: (readonly [string, string])[] = [...places, ['log', server.log()], ['errors', errors.join('\n')]]
  const found = texts.flatMap(([name, text]) =>
    hidden
      .filter((secret) => formsOf(secret).some((form) => text.includes(form)))
      .map((secret) => `${name}: ${secret.slice(0, 12)}`),
  )
  expect(found).toEqual([])
  // The search itself works: what is not secret is there.
  expect(texts.some(([name, text]) => name.endsWith('.jsonl') && text.includes('canary/one'))).toBe(true)
})

interface Settings {
  readonly endpoint: string
  readonly region: string
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
  readonly maxAttempts: number
}

async function secretsManagerJourney(settings: Settings, errors: string[]): Promise<void> {
  const client = new sm.SecretsManagerClient(settings)
  const [text, previous, binary, , replica] = plaintexts as [string, string, string, string, string]
  await client.send(
    new sm.CreateSecretCommand({
      Name: 'canary/one',
      SecretString: previous,
      AddReplicaRegions: [{ Region: 'eu-west-1' }],
    }),
  )
  await client.send(new sm.PutSecretValueCommand({ SecretId: 'canary/one', SecretString: text }))
  await client.send(new sm.UpdateSecretCommand({ SecretId: 'canary/one', SecretString: replica }))
  await client.send(new sm.CreateSecretCommand({ Name: 'canary/two', SecretBinary: Buffer.from(binary) }))
  const read = await client.send(new sm.GetSecretValueCommand({ SecretId: 'canary/one' }))
  expect(read.SecretString).toBe(replica)
  const inEurope = new sm.SecretsManagerClient({ ...settings, region: 'eu-west-1' })
  expect((await inEurope.send(new sm.GetSecretValueCommand({ SecretId: 'canary/one' }))).SecretString).toBe(replica)
  await client.send(new sm.BatchGetSecretValueCommand({ SecretIdList: ['canary/one', 'canary/two', 'canary/none'] }))
  const refusals = [
    client.send(new sm.CreateSecretCommand({ Name: 'canary/one', SecretString: text })),
    client.send(new sm.CreateSecretCommand({ Name: 'bad name', SecretString: text })),
    client.send(new sm.CreateSecretCommand({ Name: 'canary/three', SecretString: text + 'x'.repeat(65_536) })),
    client.send(new sm.PutSecretValueCommand({ SecretId: 'canary/none', SecretString: text })),
    client.send(
      new sm.PutSecretValueCommand({ SecretId: 'canary/one', SecretString: text, VersionStages: ['x'.repeat(300)] }),
    ),
  ]
  for (const outcome of await Promise.allSettled(refusals)) {
    expect(outcome.status).toBe('rejected')
    if (outcome.status === 'rejected') errors.push(JSON.stringify(outcome.reason), String(outcome.reason))
  }
}

async function kmsJourney(settings: Settings, errors: string[]): Promise<void> {
  const client = new KMSClient(settings)
  const { KeyMetadata } = await client.send(new CreateKeyCommand({}))
  const Plaintext = Buffer.from(plaintexts[3] as string)
  const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId: KeyMetadata?.KeyId, Plaintext }))
  expect(Buffer.from((await client.send(new DecryptCommand({ CiphertextBlob }))).Plaintext as Uint8Array)).toEqual(
    Plaintext,
  )
  const refused = client.send(new EncryptCommand({ KeyId: 'alias/none', Plaintext }))
  await refused.catch((error: unknown) => errors.push(JSON.stringify(error), String(error)))
}

/** Answers the secrets that IAM and STS made. */
async function identityJourney(settings: Settings): Promise<readonly string[]> {
  const client = new IAMClient(settings)
  await client.send(new iam.CreateUserCommand({ UserName: 'canary' }))
  const { AccessKey } = await client.send(new iam.CreateAccessKeyCommand({ UserName: 'canary' }))
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
  })
  await client.send(new iam.PutUserPolicyCommand({ UserName: 'canary', PolicyName: 'all', PolicyDocument }))
  const trust = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS: '111111111111' }, Action: 'sts:AssumeRole' },
  }
  const { Role } = await client.send(
    new iam.CreateRoleCommand({ RoleName: 'canary', AssumeRolePolicyDocument: JSON.stringify(trust) }),
  )
  const credentials = {
    accessKeyId: AccessKey?.AccessKeyId as string,
    secretAccessKey: AccessKey?.SecretAccessKey as string,
  }
  const sts = new STSClient({ ...settings, credentials })
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'canary' }))
  return [
    AccessKey?.SecretAccessKey as string,
    Credentials?.SecretAccessKey as string,
    Credentials?.SessionToken as string,
  ]
}

/** A text as it is, and as it would look in base64 (at each of the three offsets), hexadecimal or percent-encoding. */
function formsOf(text: string): readonly string[] {
  const bytes = Buffer.from(text)
  const shifted = [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .slice(offset === 0 ? 0 : 4, -4),
  )
  return [text, ...shifted, bytes.toString('hex'), encodeURIComponent(text)]
}
