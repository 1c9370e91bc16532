import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { expect, test } from 'vitest'
import { keyturn, type ServerProcess, startServerProcess, temporaryFolder } from './server-process.ts'
import { pathWithKeyturn, shownCommands } from './shown-commands.ts'

const run = promisify(execFile)

interface Pair {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

const toml = 'workers = 2\n[listen]\nport = 0\n[store]\nkind = "sqlite"\nfolder = "data"\n'

const clientOf = ({ endpoint }: ServerProcess, credentials: Pair) =>
  new SecretsManagerClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })

const create = (client: SecretsManagerClient, name: string) =>
  client.send(new CreateSecretCommand({ Name: name, SecretString: `value of ${name}` }))

/** Makes secrets one after the other until it is stopped; `made` counts those that were answered. */
function keepMaking(client: SecretsManagerClient) {
  const state = { made: 0, stopped: false }
  const done = (async () => {
    while (!state.stopped) {
      await create(client, `s${state.made}`)
      state.made++
    }
  })()
  return {
    state,
    async stop() {
      state.stopped = true
      await done
    },
  }
}

async function secretsIn(client: SecretsManagerClient): Promise<readonly string[]> {
  const names: string[] = []
  let NextToken: string | undefined
  do {
    const page = await client.send(new ListSecretsCommand({ MaxResults: 100, NextToken }))
    names.push(...(page.SecretList ?? []).map(({ Name }) => Name ?? ''))
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  return names
}

test('the commands of docs/operations.md make a backup under writes, and open it again', async () => {
  using folder = temporaryFolder()
  const made = await keyturn(['init', '--data', 'data', '--json'], {}, folder.path)
  const root = JSON.parse(made.stdout) as Pair
  const [backUp = '', restore = ''] = shownCommands('docs/operations.md', 'test/clients/backup.test.ts')
  const env = { PATH: pathWithKeyturn(folder.path) }
  const shell = async (script: string) =>
    (await run('bash', ['--norc', '-euo', 'pipefail', '-c', script], { env, cwd: folder.path })).stdout

  const server = await startServerProcess(folder.path, toml)
  const client = clientOf(server, root)
  await create(client, 'deleted')
  const writer = keepMaking(client)
  await expect.poll(() => writer.state.made, { timeout: 10_000 }).toBeGreaterThan(20)
  const before = writer.state.made
  const told = await shell(backUp)
  const after = writer.state.made
  await writer.stop()
  expect(after).toBeGreaterThan(before)
  await client.send(new DeleteSecretCommand({ SecretId: 'deleted', ForceDeleteWithoutRecovery: true }))
  client.destroy()
  await server.end()

  const second = JSON.parse(told.slice(told.indexOf('{'))) as { file: string; bytes: number; commit: number }
  for (const file of ['keyturn-backup.sqlite', second.file]) {
    expect(statSync(join(folder.path, file)).mode & 0o777).toBe(0o600)
  }
  expect(second.bytes).toBe(statSync(join(folder.path, second.file)).size)
  expect(told).toMatch(/keyturn-backup\.sqlite: \d+ bytes, up to commit \d+, verified\.\n/)
  expect(readdirSync(folder.path).toSorted()).toEqual(
    ['bin', 'data', 'keyturn-backup.sqlite', 'keyturn.toml', second.file].toSorted(),
  )

  const lines = restore.trimEnd().split('\n')
  const start = lines.pop() ?? ''
  await shell(lines.join('\n'))
  const shown = 'keyturn server --config keyturn.toml '
  expect(start.startsWith(shown)).toBe(true)
  const restored = await startServerProcess(folder.path, toml, start.slice(shown.length).split(' '))
  const reader = clientOf(restored, root)
  const names = new Set(await secretsIn(reader))
  expect(names.delete('deleted')).toBe(true)
  // All that was answered before, and of what came while it was made everything up to one moment.
  expect(names.size).toBeGreaterThanOrEqual(before)
  expect(names.size).toBeLessThanOrEqual(after + 1)
  expect(names).toEqual(new Set(Array.from({ length: names.size }, (_, index) => `s${index}`)))
  const last = `s${names.size - 1}`
  const value = await reader.send(new GetSecretValueCommand({ SecretId: last }))
  expect(value.SecretString).toBe(`value of ${last}`)
  await create(reader, 'restored')
  reader.destroy()
  await restored.end()
  const verified = await keyturn(['audit', 'verify', 'restored/audit'], {}, folder.path)
  expect(verified.code, verified.stdout + verified.stderr).toBe(0)
}, 60_000)

test('what cannot be backed up is said, and nothing is left or overwritten', async () => {
  using folder = temporaryFolder()
  const backUp = (args: readonly string[], environment = {}) => keyturn(['backup', ...args], environment, folder.path)
  const file = join(folder.path, 'copy.sqlite')
  expect(await backUp(['--data', 'data', 'copy.sqlite'])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('There is no store in data.'),
  })
  const postgres = {
    KEYTURN_STORE_KIND: 'postgres',
    KEYTURN_STORE_URL: 'postgres://keyturn:canary@127.0.0.1:1/keyturn',
  }
  const refused = await backUp(['copy.sqlite'], postgres)
  expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('pg_dump') })
  expect(refused.stderr).not.toContain('canary')
  expect(await backUp([])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("missing required argument 'file'"),
  })
  expect(readdirSync(folder.path)).toEqual([])

  await keyturn(['init', '--data', 'data'], {}, folder.path)
  writeFileSync(file, 'precious')
  expect(await backUp(['--data', 'data', 'copy.sqlite'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('copy.sqlite is there already'),
  })
  expect(readFileSync(file, 'utf8')).toBe('precious')
  expect(await backUp(['--data', 'data', 'nowhere/copy.sqlite'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('nowhere'),
  })
  expect(readdirSync(folder.path).toSorted()).toEqual(['copy.sqlite', 'data'])
})
