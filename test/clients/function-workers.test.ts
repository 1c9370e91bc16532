import { createHash, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, dirname } from 'node:path'
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { expect, onTestFinished, test } from 'vitest'
import { Secret } from '../../src/base/secret.ts'
import { zipOf } from '../../src/functions/functions.test-support.ts'
import { sign } from '../../src/sigv4/sign.ts'
import { handlerModules } from '../handler-modules.ts'
import { keyturn, type ServerProcess, startServerProcess, temporaryFolder } from './server-process.ts'

interface Pair {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

const account = '111111111111'
const region = 'us-east-1'
const role = `arn:aws:iam::${account}:role/functions`

/** A call of Lambda's REST API on a connection of its own, so that the serving processes take turns. */
async function lambda<T>(server: ServerProcess, root: Pair, path: string, input: object): Promise<T> {
  const url = new URL(`/2015-03-31/functions${path}`, server.endpoint)
  const body = Buffer.from(JSON.stringify(input))
  const headers = ['Host', url.host, 'Content-Type', 'application/json']
  const credentials = { accessKeyId: root.accessKeyId, secretAccessKey: new Secret(root.secretAccessKey) }
  const scope = { region, service: 'lambda', nowMs: Date.now() }
  const signed = sign({ method: 'POST', target: url.pathname, headers, body }, credentials, scope)
  const pairs = Array.from(
    { length: signed.length / 2 },
    (_, at) => signed.slice(at * 2, at * 2 + 2) as [string, string],
  )
  const more: [string, string][] = [['Connection', 'close']]
  const answer = await fetch(url, {
    method: 'POST',
    body,
    headers: [...pairs.filter(([name]) => name !== 'Host'), ...more],
  })
  const text = await answer.text()
  expect(answer.ok, text).toBe(true)
  return JSON.parse(text) as T
}

const zipped = (code: string) => zipOf([{ name: 'index.js', content: code }]).toString('base64')

const create = (server: ServerProcess, root: Pair, FunctionName: string, code: string, Variables = {}) =>
  lambda(server, root, '', {
    FunctionName,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Role: role,
    Timeout: 60,
    Code: { ZipFile: zipped(code) },
    Environment: { Variables },
  })

/** Tells where it runs: the folder of the serving process, and that of its code within. */
const telling = (name: string) =>
  `exports.handler = async () => ({ name: '${name}', code: process.env.LAMBDA_TASK_ROOT, pid: process.pid })`

interface Told {
  readonly name: string
  readonly code: string
}

/** Rotates as the contract says, and tells the witness of the begin and end of each step. */
const rotating = `
const { SecretsManager } = require('@aws-sdk/client-secrets-manager')
const client = new SecretsManager({})
exports.handler = async ({ Step, SecretId, ClientRequestToken: token }) => {
  const tell = (what) => fetch(process.env.WITNESS + '/' + what + '/' + Step + '/' + token, { method: 'POST' })
  await tell('begin')
  const { VersionIdsToStages: stages } = await client.describeSecret({ SecretId })
  if (Step === 'createSecret') {
    const put = { SecretId, ClientRequestToken: token, SecretString: 'made for ' + token, VersionStages: ['AWSPENDING'] }
    await client.putSecretValue(put)
  }
  if (Step === 'finishSecret') {
    const now = Object.keys(stages).find((id) => stages[id].includes('AWSCURRENT'))
    const move = { SecretId, VersionStage: 'AWSCURRENT', MoveToVersionId: token, RemoveFromVersionId: now }
    await client.updateSecretVersionStage(move)
  }
  await tell('end')
}`

/** Hears of steps: each that began, by rotation, and any that began while another of the same rotation had not ended. */
async function openWitness() {
  const begun = new Map<string, string[]>()
  const inside = new Set<string>()
  const overlaps: string[] = []
  const server = createServer((request, response) => {
    const [what, step = '', token = ''] = (request.url ?? '').slice(1).split('/')
    if (what === 'end') inside.delete(token)
    else {
      if (inside.has(token)) overlaps.push(`${token} ${step}`)
      inside.add(token)
      begun.set(token, [...(begun.get(token) ?? []), step])
    }
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { begun, overlaps, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

async function open(folder: string): Promise<{ server: ServerProcess; root: Pair }> {
  const made = await keyturn(['init', '--data', `${folder}/data`, '--json'], { KEYTURN_ACCOUNT: account })
  const toml = `account = "${account}"
workers = 2
[listen]
port = 0
[store]
kind = "sqlite"
folder = "${folder}/data"
[functions]
unconfined = true
nodePath = "${handlerModules()}"
`
  return { server: await startServerProcess(folder, toml), root: JSON.parse(made.stdout) as Pair }
}

async function makeRole(endpoint: string, credentials: Pair): Promise<void> {
  const iam = new IAMClient({ endpoint, region, credentials })
  const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }
  const may = { Effect: 'Allow', Action: 'secretsmanager:*', Resource: '*' }
  const document = (Statement: object) => JSON.stringify({ Version: '2012-10-17', Statement })
  await iam.send(new CreateRoleCommand({ RoleName: 'functions', AssumeRolePolicyDocument: document(trust) }))
  await iam.send(
    new PutRolePolicyCommand({ RoleName: 'functions', PolicyName: 'secrets', PolicyDocument: document(may) }),
  )
  iam.destroy()
}

test('functions of two serving processes on one store: each runs its own code, wherever it is asked', async () => {
  using folder = temporaryFolder()
  const { server, root } = await open(folder.path)
  await makeRole(server.endpoint, root)
  const names = ['alpha', 'beta']
  for (const name of names) await create(server, root, name, telling(name))
  const told: Told[] = []
  for (let count = 0; count < 12; count++) {
    const name = names[count % 2 === 0 ? 0 : 1] as string
    for (const asked of [name, name]) {
      const answer = await lambda<Told>(server, root, `/${asked}/invocations`, {})
      expect(answer.name).toBe(asked)
      told.push(answer)
    }
  }
  const hashes = new Map(names.map((name) => [name, zipHash(name)]))
  for (const { name, code } of told) expect(basename(code)).toBe(hashes.get(name))
  // The folder above the code is the serving process's own.
  expect(new Set(told.map(({ code }) => dirname(code))).size).toBe(2)
  await server.end()
  expect(server.child.exitCode).toBe(0)
}, 60_000)

function zipHash(name: string): string {
  return createHash('sha256')
    .update(Buffer.from(zipped(telling(name)), 'base64'))
    .digest('hex')
}

test('rotations of two serving processes on one store: every step once, and never two of a rotation at a time', async () => {
  using folder = temporaryFolder()
  const { server, root } = await open(folder.path)
  const witness = await openWitness()
  await makeRole(server.endpoint, root)
  await create(server, root, 'rotate', rotating, { WITNESS: witness.address })
  await lambda(server, root, '/rotate/policy', {
    StatementId: 'rotation',
    Action: 'lambda:InvokeFunction',
    Principal: 'secretsmanager.amazonaws.com',
  })
  const client = () => new SecretsManagerClient({ endpoint: server.endpoint, region, credentials: root })
  const secrets = Array.from({ length: 6 }, (_, index) => ({ name: `s${index}`, token: randomUUID() }))
  await Promise.all(
    secrets.map(async ({ name, token }) => {
      const own = client()
      await own.send(new CreateSecretCommand({ Name: name, SecretString: 'first' }))
      const RotationLambdaARN = `arn:aws:lambda:${region}:${account}:function:rotate`
      await own.send(new RotateSecretCommand({ SecretId: name, ClientRequestToken: token, RotationLambdaARN }))
      own.destroy()
    }),
  )
  const reader = client()
  const isDone = async ({ name, token }: { name: string; token: string }) => {
    const { VersionIdsToStages: stages, LastRotatedDate: rotated } = await reader.send(
      new DescribeSecretCommand({ SecretId: name }),
    )
    return rotated !== undefined && stages?.[token]?.includes('AWSCURRENT') === true
  }
  await expect
    .poll(async () => (await Promise.all(secrets.map(isDone))).every(Boolean), { timeout: 50_000, interval: 100 })
    .toBe(true)
  const all = ['createSecret', 'setSecret', 'testSecret', 'finishSecret']
  expect(Object.fromEntries(witness.begun)).toEqual(Object.fromEntries(secrets.map(({ token }) => [token, all])))
  expect(witness.overlaps).toEqual([])
  for (const { name, token } of secrets) {
    const { SecretString } = await reader.send(new GetSecretValueCommand({ SecretId: name }))
    expect(SecretString).toBe(`made for ${token}`)
  }
  reader.destroy()
  await server.end()
  expect(server.child.exitCode).toBe(0)
}, 60_000)
