import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { getPriority } from 'node:os'
import { join } from 'node:path'
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { expect, onTestFinished, test } from 'vitest'
import { openConfiguredStore } from '../../bench/world/open-store.ts'
import { secrets } from '../../src/aws/secretsmanager/records.ts'
import { readRotationState, writeRotationState } from '../../src/aws/secretsmanager/rotation-state.ts'
import { writeSecret } from '../../src/aws/secretsmanager/write-secret.ts'
import { keyturn, startServerProcess, temporaryFolder } from './server-process.ts'

const account = '111111111111'
const region = 'us-east-1'
const count = 300
const names = Array.from({ length: count }, (_, index) => `due/${index}`)

/** Has all secrets be due now, as if their rotation had been asked for a month ago. */
async function planAll(configFile: string): Promise<void> {
  const store = await openConfiguredStore(configFile)
  const now = Date.now()
  const since = now - 30 * 86_400_000
  const rules = { automaticallyAfterDays: 30 }
  await store.transaction(async (tx) => {
    for (const name of names) {
      const secret = await secrets.get(tx, account, region, name)
      if (!secret) throw new Error(`there is no secret ${name}`)
      const rotation = { enabled: true, lambdaArn: 'keyturn:rotator/generic', rules, since, countedFrom: since }
      writeRotationState(tx, secret, await readRotationState(tx, secret), { plannedAt: now })
      writeSecret(tx, secret, { ...secret, rotation })
    }
  })
  await store.close()
}

/** The processes that a process has started. */
function childrenOf(pid: number): readonly number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  const rows = table.split('\n').map((row) => row.trim().split(/\s+/).map(Number))
  return rows.filter(([, parent]) => parent === pid).map(([child]) => child as number)
}

test('many due rotations are done by a process of low priority, and when that dies by the server', async () => {
  using folder = temporaryFolder()
  const toml = `account = "${account}"\n[listen]\nport = 0\n[store]\nkind = "sqlite"\nfolder = "${folder.path}/data"\n`
  const made = await keyturn(['init', '--data', `${folder.path}/data`, '--json'], { KEYTURN_ACCOUNT: account })
  const server = await startServerProcess(folder.path, toml)
  const client = new SecretsManagerClient({ endpoint: server.endpoint, region, credentials: JSON.parse(made.stdout) })
  onTestFinished(() => client.destroy())
  await Promise.all(names.map((Name) => client.send(new CreateSecretCommand({ Name, SecretString: 'first' }))))
  const rotated = async () => {
    const found = await Promise.all(names.map((SecretId) => client.send(new DescribeSecretCommand({ SecretId }))))
    return found.filter(({ LastRotatedDate }) => LastRotatedDate !== undefined).length
  }

  const pid = server.child.pid as number
  await planAll(join(folder.path, 'keyturn.toml'))
  await expect.poll(() => childrenOf(pid).length, { timeout: 20_000, interval: 5 }).toBe(1)
  const [background] = childrenOf(pid) as [number]
  expect(getPriority(background)).toBeGreaterThan(0)
  await expect.poll(rotated, { timeout: 30_000 }).toBeGreaterThan(0)
  process.kill(background, 'SIGKILL')
  // What it had in hand, at most 32, waits for its claims to run out.
  await expect.poll(rotated, { timeout: 30_000 }).toBeGreaterThanOrEqual(count - 32)
  expect(server.log()).toContain('the process for work in the background failed')
  const values = await Promise.all(names.map((SecretId) => client.send(new GetSecretValueCommand({ SecretId }))))
  expect(values.every(({ VersionStages }) => VersionStages?.includes('AWSCURRENT'))).toBe(true)
  expect(values.filter(({ SecretString }) => SecretString === 'first').length).toBeLessThanOrEqual(32)

  await server.end()
  const again = await startServerProcess(folder.path, toml)
  expect(existsSync(join(folder.path, 'data', 'audit', 'node-1-background'))).toBe(true)
  await again.end()
  expect(again.child.exitCode).toBe(0)
  const verified = await keyturn(['audit', 'verify', `${folder.path}/data/audit`])
  expect(verified.code, verified.stdout + verified.stderr).toBe(0)
}, 120_000)
