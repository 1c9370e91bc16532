import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { expect, test } from 'vitest'
import { keyturn, startServerProcess, temporaryFolder } from '../clients/server-process.ts'

const rounds = 4
const writers = 8

test('a server that is killed under load loses nothing it acknowledged, and its audit trail verifies', async () => {
  using folder = temporaryFolder()
  const toml = `account = "111111111111"\n[listen]\nport = 0\n[store]\nkind = "sqlite"\nfolder = "${folder.path}/data"\n`
  await startServerProcess(folder.path, toml).then(
    () => expect.unreachable('a store that was not initialised must not be served'),
    (error: Error) => expect(error.message).toContain('keyturn init'),
  )
  const made = await keyturn(['init', '--config', `${folder.path}/keyturn.toml`, '--json'])
  expect(made.code, made.stderr).toBe(0)
  const { accessKeyId, secretAccessKey } = JSON.parse(made.stdout) as { accessKeyId: string; secretAccessKey: string }
  const credentials = { accessKeyId, secretAccessKey }
  const acknowledged = new Map<string, string>()

  for (let round = 0; round < rounds; round++) {
    const server = await startServerProcess(folder.path, toml)
    const client = new SecretsManagerClient({
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials,
      maxAttempts: 1,
    })
    const killAfter = 20 + round * 37
    let answered = 0
    let killed: Promise<void> | undefined
    await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        for (let count = 0; killed === undefined; count++) {
          const Name = `crash/${round}-${writer}-${count}`
          const made = await client
            .send(new CreateSecretCommand({ Name, SecretString: `value of ${Name}` }))
            .catch(() => undefined)
          if (!made) return
          acknowledged.set(Name, made.VersionId as string)
          if (++answered === killAfter) killed = server.end('SIGKILL')
        }
      }),
    )
    await killed
    expect(answered).toBeGreaterThanOrEqual(killAfter)
  }

  const server = await startServerProcess(folder.path, toml)
  const client = new SecretsManagerClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
  })
  for (const [SecretId, version] of acknowledged) {
    const read = await client.send(new GetSecretValueCommand({ SecretId }))
    expect([read.VersionId, read.SecretString]).toEqual([version, `value of ${SecretId}`])
  }
  await server.end('SIGTERM')
  const verified = await keyturn(['audit', 'verify', `${folder.path}/data/audit`, '--json'])
  expect(verified.code, verified.stderr + verified.stdout).toBe(0)
  const tail = await keyturn(['audit', 'tail', `${folder.path}/data/audit`, '--lines', '1000000'])
  const events = tail.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { eventName: string; requestParameters: { name?: string } })
  const recorded = events
    .filter(({ eventName }) => eventName === 'CreateSecret')
    .map(({ requestParameters }) => requestParameters.name)
  for (const name of acknowledged.keys()) expect(recorded.filter((one) => one === name)).toHaveLength(1)
})
