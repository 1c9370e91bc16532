import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Finished, keyturn, type ServerProcess, startDevProcess, temporaryFolder } from './server-process.ts'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
let server: ServerProcess
let environment: NodeJS.ProcessEnv
let settings: object

beforeAll(async () => {
  server = await startDevProcess()
  environment = { KEYTURN_ENDPOINT: server.endpoint, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  settings = { endpoint: server.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }
})
afterAll(() => server.end())

const run = (...args: string[]): Promise<Finished> => keyturn(args, environment)

async function put(name: string, value: string): Promise<void> {
  await new SSMClient(settings).send(new PutParameterCommand({ Name: name, Value: value, Type: 'SecureString' }))
}

describe('import and export', () => {
  test('a file of variables goes in, once, and comes out again', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, '.env')
    const lines = Array.from({ length: 25 }, (_, index) => `NAME_${String(index).padStart(2, '0')}='canary ${index}'\n`)
    writeFileSync(file, lines.join(''))
    const dry = await run('import', 'env', file, '--path', '/in/app', '--dry-run', '--json')
    expect(JSON.parse(dry.stdout)).toMatchObject({ dryRun: true, create: 25, parameters: { length: 25 } })
    expect((await run('export', '--path', '/in/app')).code).toBe(1)
    const made = await run('import', 'env', file, '--path', '/in/app')
    expect(made).toMatchObject({ code: 0, stdout: '25 created, 0 updated, 0 unchanged.\n' })
    expect(made.stderr).toContain('written 25/25')
    const again = await run('import', 'env', file, '--path', '/in/app', '--json')
    expect(JSON.parse(again.stdout)).toEqual({ created: 0, updated: 0, unchanged: 25 })
    for (const { stdout, stderr } of [dry, made, again]) expect(stdout + stderr).not.toContain('canary')
    expect((await run('export', '--path', '/in/app')).stdout).toBe(lines.join(''))
  })

  test('what is there with another value stays, unless it may be overwritten', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'values.json')
    await put('/over/db/user', 'old')
    writeFileSync(file, JSON.stringify({ db: { user: 'new', port: 5432 } }))
    const refused = await run('import', 'json', file, '--path', '/over')
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('Nothing was written: /over/db/user')
    expect(JSON.parse((await run('export', '--path', '/over', '--format', 'json')).stdout)).toEqual({
      db: { user: 'old' },
    })
    expect(await run('import', 'json', file, '--path', '/over', '--overwrite')).toMatchObject({
      code: 0,
      stdout: '1 created, 1 updated, 0 unchanged.\n',
    })
    const whole = await run('export', '--path', '/over', '--format', 'aws-export')
    writeFileSync(file, whole.stdout)
    expect((await run('import', 'aws-export', file, '--path', '/copy')).code).toBe(0)
    expect(JSON.parse((await run('export', '--path', '/copy', '--format', 'json')).stdout)).toEqual({
      user: 'new',
      port: '5432',
    })
  })

  test('standard input is a file as well', async () => {
    const child = spawn(process.execPath, [main, 'import', 'env', '-', '--path', '/stdin'], {
      env: { ...environment, PATH: process.env['PATH'] },
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    const ended = once(child, 'exit')
    child.stdin.write('\ufeffA=1\n')
    child.stdin.end('B=2\n')
    expect(await ended).toEqual([0, null])
    expect((await run('export', '--path', '/stdin')).stdout).toBe('A=1\nB=2\n')
  })

  test('a command line or a file that makes no sense', async () => {
    using folder = temporaryFolder()
    const file = join(folder.path, '.env')
    writeFileSync(file, 'A=\nB=canary\n')
    expect(await run('import', 'env', file)).toMatchObject({ code: 2, stderr: 'The format env needs --path.\n' })
    expect((await run('import', 'yaml', file, '--path', '/x')).code).toBe(2)
    expect((await run('import', 'env', file, '--path', 'x')).code).toBe(2)
    const empty = await run('import', 'env', file, '--path', '/x')
    expect(empty).toMatchObject({ code: 1, stderr: expect.stringContaining('/x/A. Leave them out with --skip-empty.') })
    expect((await run('import', 'env', join(folder.path, 'none'), '--path', '/x')).code).toBe(1)
    expect((await run('import', 'env', file, '--path', '/aws/x', '--skip-empty')).stderr).toContain('AccessDenied')
  })
})

describe('exec', () => {
  beforeAll(async () => {
    await put('/exec/app/db-password', 'from parameter')
    await put('/exec/app/deep/api.key', 'multi\nline')
    const client = new SecretsManagerClient(settings)
    await client.send(new CreateSecretCommand({ Name: 'exec/db', SecretString: '{"username":"app","port":5432}' }))
    await client.send(new CreateSecretCommand({ Name: 'exec/token', SecretString: 'plain' }))
    await client.send(new CreateSecretCommand({ Name: 'exec/clash', SecretString: '{"db_password":"canary"}' }))
  })

  const show = 'console.log(JSON.stringify(process.env))'

  test('starts a command with the values in its environment', async () => {
    using folder = temporaryFolder()
    const args = ['exec', '--path', '/exec/app', '--secret', 'exec/db', '--secret', 'exec/token']
    const { code, stdout } = await keyturn([...args, '--', process.execPath, '-e', show], environment, folder.path)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      DB_PASSWORD: 'from parameter',
      API_KEY: 'multi\nline',
      USERNAME: 'app',
      PORT: '5432',
      TOKEN: 'plain',
      AWS_ACCESS_KEY_ID: 'test',
    })
    expect(readdirSync(folder.path)).toEqual([])
  })

  test('ends as the command ends', async () => {
    const exit = ['exec', '--path', '/exec/app', '--', process.execPath, '-e']
    expect((await run(...exit, 'process.exit(7)')).code).toBe(7)
    expect(await run('exec', '--path', '/exec/app', '--', 'no-such-command')).toMatchObject({
      code: 127,
      stderr: 'There is no command «no-such-command».\n',
    })
    expect((await run('exec', '--path', '/exec/app', '--', '/etc')).code).toBe(126)
    const killed = spawn(process.execPath, [main, ...exit, 'process.kill(process.pid, "SIGKILL")'], {
      env: { ...environment, PATH: process.env['PATH'] },
    })
    expect(await once(killed, 'exit')).toEqual([null, 'SIGKILL'])
  })

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const)('passes %s on', async (signal) => {
    const program = `process.on('${signal}', () => { console.log('got it'); process.exit(3) }); setInterval(() => {}, 1000); console.log('up')`
    const child = spawn(
      process.execPath,
      [main, 'exec', '--path', '/exec/app', '--', process.execPath, '-e', program],
      {
        env: { ...environment, PATH: process.env['PATH'] },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    let told = ''
    child.stdout.on('data', (chunk: Buffer) => {
      told += chunk
      if (told === 'up\n') child.kill(signal)
    })
    expect(await once(child, 'close')).toEqual([3, null])
    expect(told).toBe('up\ngot it\n')
  })

  test('two values of one name are an error, and so is nothing at all', async () => {
    const clash = await run('exec', '--path', '/exec/app', '--secret', 'exec/clash', '--', process.execPath, '-e', show)
    expect(clash).toMatchObject({ code: 1, stdout: '' })
    expect(clash.stderr).toBe(
      '/exec/app/db-password and db_password of the secret exec/clash would both be the variable DB_PASSWORD.\n',
    )
    expect((await run('exec', '--path', '/exec/none', '--', 'true')).stderr).toContain('no parameters below')
    expect((await run('exec', '--secret', 'exec/none', '--', 'true')).stderr).toContain('ResourceNotFoundException')
    expect((await run('exec', '--', 'true')).code).toBe(2)
    expect((await run('exec', '--path', '/exec/app')).code).toBe(2)
  })
})
