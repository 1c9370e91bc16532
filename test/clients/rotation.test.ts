import { execFile, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { zipOf, type ZipPart } from '../../src/functions/functions.test-support.ts'
import { mariadbMissing, startMariadb, type TestMariadb } from '../mariadb.ts'
import { skipPostgres, startPostgres, type TestPostgres } from '../postgres.ts'
import { type ServerProcess, startDevProcess, temporaryFolder } from './server-process.ts'

const missing = spawnSync('aws', ['--version']).status === 0 ? undefined : 'this machine has no AWS CLI'
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url))
const handler = readFileSync(new URL('./rotation-handler.cjs', import.meta.url))

/** The handler with everything it requires, as one would upload it. */
function archive(): Buffer {
  const parts: ZipPart[] = [{ name: 'index.js', content: handler }]
  const packages = new Set<string>()
  const add = (name: string) => {
    const folder = join(modules, name)
    if (packages.has(name) || !existsSync(folder)) return
    packages.add(name)
    for (const file of codeOf(folder)) {
      parts.push({ name: `node_modules/${name}/${file}`, content: readFileSync(join(folder, file)), deflate: true })
    }
    const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>
    }
    for (const dependency of Object.keys(dependencies)) add(dependency)
  }
  for (const name of ['pg', 'mysql2', '@aws-sdk/client-secrets-manager']) add(name)
  return zipOf(parts)
}

function codeOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.(?:c?js|json)$/.test(file) && !/(?:^|\/)(?:dist-es|dist-types|esm)\//.test(file),
  )
}

interface Credentials {
  readonly username: string
  readonly password: string
}

describe.skipIf(missing !== undefined || skipPostgres || mariadbMissing !== undefined)(
  `rotation by the AWS CLI${(missing ?? mariadbMissing) ? ` (skipped: ${missing ?? mariadbMissing})` : ''}`,
  () => {
    let postgres: TestPostgres
    let mariadb: TestMariadb
    let server: ServerProcess
    beforeAll(async () => {
      ;[postgres, mariadb, server] = await Promise.all([startPostgres(), startMariadb(), startDevProcess()])
    }, 60_000)
    afterAll(async () => {
      await server?.end()
      await Promise.all([postgres?.stop(), mariadb?.stop()])
    })

    const aws = async (...args: readonly string[]) => {
      const environment = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_DEFAULT_REGION: 'us-east-1' }
      const files = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null', AWS_PAGER: '' }
      const { stdout } = await promisify(execFile)(
        'aws',
        ['--endpoint-url', server.endpoint, '--output', 'json', ...args],
        {
          env: { ...process.env, ...environment, ...files },
          maxBuffer: 16 * 1024 * 1024,
        },
      )
      return (stdout.trim() === '' ? {} : JSON.parse(stdout)) as Record<string, never>
    }
    const asPostgres = (credentials: Credentials, ...statements: readonly string[]) =>
      postgres.run(credentials, ...statements)
    const asMariadb = async ({ username: user, password }: Credentials, ...statements: readonly string[]) => {
      const connection = await createConnection({ host: '127.0.0.1', port: mariadb.port, user, password })
      try {
        for (const sql of statements) await connection.query(sql)
      } finally {
        await connection.end()
      }
    }
    const advance = async (by: string) => {
      const answer = await fetch(`${server.endpoint}/_keyturn/clock`, {
        method: 'POST',
        body: JSON.stringify({ advance: by }),
      })
      expect(answer.status).toBe(200)
    }

    test('a function and a schedule are made, two months pass, and each time both databases have new credentials that work', async () => {
      using folder = temporaryFolder()
      const zip = join(folder.path, 'function.zip')
      writeFileSync(zip, archive())
      const trust =
        '{"Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
      const may = '{"Statement":[{"Effect":"Allow","Action":"secretsmanager:*","Resource":"*"}]}'
      await aws('iam', 'create-role', '--role-name', 'rotation', '--assume-role-policy-document', trust)
      await aws(
        'iam',
        'put-role-policy',
        '--role-name',
        'rotation',
        '--policy-name',
        'secrets',
        '--policy-document',
        may,
      )
      const made = await aws(
        'lambda',
        'create-function',
        '--function-name',
        'rotate',
        '--runtime',
        'nodejs22.x',
        '--handler',
        'index.handler',
        '--timeout',
        '30',
        '--memory-size',
        '512',
        '--role',
        'arn:aws:iam::000000000000:role/rotation',
        '--zip-file',
        `fileb://${zip}`,
      )
      const permission = [
        '--statement-id',
        'rotation',
        '--action',
        'lambda:InvokeFunction',
        '--source-account',
        '000000000000',
      ]
      await aws(
        'lambda',
        'add-permission',
        '--function-name',
        'rotate',
        '--principal',
        'secretsmanager.amazonaws.com',
        ...permission,
      )

      const url = new URL(postgres.connectionString)
      await asPostgres({ username: url.username, password: url.password }, "CREATE ROLE app LOGIN PASSWORD 'first'")
      await asMariadb({ username: mariadb.user, password: mariadb.password }, "CREATE USER app IDENTIFIED BY 'first'")
      const databases = [
        { name: 'postgres', port: Number(url.port), use: asPostgres },
        { name: 'mariadb', port: mariadb.port, use: asMariadb },
      ]
      for (const { name, port } of databases) {
        const value = JSON.stringify({ engine: name, host: '127.0.0.1', port, username: 'app', password: 'first' })
        await aws('secretsmanager', 'create-secret', '--name', name, '--secret-string', value)
        const rules = [
          '--rotation-rules',
          'AutomaticallyAfterDays=30',
          '--rotation-lambda-arn',
          String(made['FunctionArn']),
        ]
        await aws('secretsmanager', 'rotate-secret', '--secret-id', name, ...rules)
      }
      await advance('1m')
      const seen = new Set(['first'])
      for (let month = 0; month < 3; month++) {
        for (const { name, use } of databases) {
          const { SecretString } = await aws('secretsmanager', 'get-secret-value', '--secret-id', name)
          const credentials = JSON.parse(String(SecretString)) as Credentials
          expect(seen).not.toContain(credentials.password)
          seen.add(credentials.password)
          await use(credentials)
        }
        await advance('31d')
      }
    }, 120_000)
  },
)
