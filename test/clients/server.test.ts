import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { expect, test } from 'vitest'
import { keyturn, startServerProcess, temporaryFolder } from './server-process.ts'

interface Pair {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

function variables(endpoint: string, { accessKeyId, secretAccessKey }: Pair): NodeJS.ProcessEnv {
  return { AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
}

test('init, two serving processes, accounts, a new barrier term, status, audit', async () => {
  using folder = temporaryFolder()
  const toml = `account = "111111111111"\nworkers = 2\n[listen]\nport = 0\n[store]\nkind = "sqlite"\nfolder = "${folder.path}/data"\n`
  const before = await keyturn(['init', '--data', `${folder.path}/data`, '--json'], { KEYTURN_ACCOUNT: '111111111111' })
  const root = JSON.parse(before.stdout) as Pair
  const again = await keyturn(['init', '--data', `${folder.path}/data`])
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('nothing was changed')])

  const server = await startServerProcess(folder.path, toml)
  const asRoot = variables(server.endpoint, root)
  const account = await keyturn(['account', 'create', '222222222222', '--name', 'staging', '--json'], asRoot)
  expect(account.code, account.stderr).toBe(0)
  const made = JSON.parse(account.stdout) as { AccessKeyId: string; SecretAccessKey: string }
  const staging = { accessKeyId: made.AccessKeyId, secretAccessKey: made.SecretAccessKey }
  const twice = await keyturn(['account', 'create', '222222222222'], asRoot)
  expect([twice.code, twice.stderr]).toEqual([1, expect.stringContaining('AccountAlreadyExistsException')])
  const stranger = await keyturn(['account', 'list'], variables(server.endpoint, staging))
  expect([stranger.code, stranger.stderr]).toEqual([1, expect.stringContaining('AccessDeniedException')])
  expect((await keyturn(['account', 'list'], asRoot)).stdout).toContain('222222222222  staging')

  // Enough requests on new connections that both processes answer some, with a new term in between.
  const client = () =>
    new SecretsManagerClient({ endpoint: server.endpoint, region: 'us-east-1', credentials: staging, maxAttempts: 1 })
  for (let count = 0; count < 12; count++) {
    const one = client()
    await one.send(new CreateSecretCommand({ Name: `shared/${count}`, SecretString: String(count) }))
    one.destroy()
    if (count === 6)
      expect((await keyturn(['barrier', 'rotate', '--json'], asRoot)).stdout).toContain('"BarrierTerm": 2')
  }
  for (let count = 0; count < 12; count++) {
    const one = client()
    expect((await one.send(new GetSecretValueCommand({ SecretId: `shared/${count}` }))).SecretString).toBe(
      String(count),
    )
    one.destroy()
  }
  const status = await keyturn(['status', '--json'], asRoot)
  expect(JSON.parse(status.stdout)).toMatchObject({ status: 'ok', ManagementAccountId: '111111111111', BarrierTerm: 2 })
  await server.end('SIGTERM')
  expect(server.child.exitCode).toBe(0)

  const verified = await keyturn(['audit', 'verify', `${folder.path}/data/audit`])
  expect(verified.code, verified.stdout + verified.stderr).toBe(0)
  expect(verified.stdout).toMatch(/node-1-0: \d+ records/)
  expect(verified.stdout).toMatch(/node-1-1: \d+ records/)
  const away = await keyturn(['status'], asRoot)
  expect([away.code, away.stderr]).toEqual([1, expect.stringContaining('Is it running?')])
})

test.each([
  ['an unknown command', ['frobnicate'], 2, 'unknown command'],
  ['an unknown option', ['dev', '--prot', '1'], 2, 'unknown option'],
  ['a port out of range', ['dev', '--port', '70000'], 2, '0 to 65535'],
  ['a configuration that is not there', ['server', '--config', '/nowhere.toml'], 2, 'cannot be read (ENOENT)'],
  ['an audit folder that is not there', ['audit', 'verify', '/nowhere'], 1, 'There is no folder'],
])('%s is told plainly', async (_what, args, code, text) => {
  const finished = await keyturn(args)
  expect([finished.code, finished.stderr]).toEqual([code, expect.stringContaining(text)])
})

test.each(['dev', 'server', 'init', 'status', 'account', 'barrier', 'audit'])(
  'keyturn %s --help explains itself',
  async (command) => {
    const { code, stdout } = await keyturn([command, '--help'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/Usage: keyturn/)
  },
)
