import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { freePort } from '../real-server.ts'
import { skipPostgres, startPostgres } from '../postgres.ts'
import { localhost } from '../tls/certificate.ts'
import { awsCli, curl } from './installed.ts'
import { pageSettings } from './page-settings.ts'
import { pageScript } from './page-script.ts'
import { temporaryFolder } from './server-process.ts'
import { pages, pathWithKeyturn, shellBlocks, usualRunner } from './shown-commands.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

test.each(pages)('every command in %s is run by a test, or marked as described', (page) => {
  const blocks = shellBlocks(page)
  const neither = blocks.filter(({ runner, described }) => runner === undefined && !described)
  expect(neither.map(({ at }) => at)).toEqual([])
  for (const runner of new Set(blocks.map((block) => block.runner))) {
    if (runner === undefined || runner === usualRunner) continue
    expect(existsSync(join(root, runner)), runner).toBe(true)
    expect(readFileSync(join(root, runner), 'utf8'), `${runner} reads ${page}`).toContain(page)
  }
})

test('a block of commands is seen with its mark, in whatever form it is shown', () => {
  const text = [
    "Text||```sh|aws a|```||*Described.* Somebody|else's:||```bash|b|```",
    '|1. Text:|   <!-- run -->|   ```sh|   c \\|     d|   ```|   <!-- /run -->||```',
    'keyturn e|```||```|User: x is not authorized|```||```json|{}|```|',
    '<!-- run by x.sh -->|```sh|f|```|<!-- /run -->',
  ]
  expect(shellBlocks('page.md', text.join('|').replaceAll('|', '\n'))).toEqual([
    { at: 'page.md:3', text: 'aws a\n', runner: undefined, described: false },
    { at: 'page.md:10', text: 'b\n', runner: undefined, described: true },
    { at: 'page.md:16', text: 'c \\\n  d\n', runner: usualRunner, described: false },
    { at: 'page.md:22', text: 'keyturn e\n', runner: undefined, described: false },
    { at: 'page.md:35', text: 'f\n', runner: 'x.sh', described: false },
  ])
})

const settings = Object.entries(pageSettings)

test('each page with commands for this test has its setting', () => {
  const shown = pages.filter((page) => shellBlocks(page).some(({ runner }) => runner === usualRunner))
  expect(settings.map(([page]) => page).toSorted()).toEqual(shown.toSorted())
})

for (const [page, setting] of settings) {
  const usesAws = shellBlocks(page).some(({ runner, text }) => runner === usualRunner && /\baws /.test(text))
  const missing = [
    ...(curl ? [] : ['curl']),
    ...(usesAws && !awsCli ? ['AWS CLI of 1.29, 2.13 or newer'] : []),
    ...(setting.postgres && skipPostgres ? ['PostgreSQL'] : []),
  ]
  const why = missing.length > 0 ? ` (left out: no ${missing.join(', no ')})` : ''
  test.skipIf(missing.length > 0)(`the commands of ${page} do what they say${why}`, async () => {
    using folder = temporaryFolder()
    await using database = setting.postgres ? await databaseOf('app', 'first') : undefined
    const port = await freePort()
    for (const [name, content] of Object.entries(setting.files?.() ?? {})) {
      const text = typeof content === 'string' ? content.replace('port = 8200', `port = ${port}`) : content
      writeFileSync(join(folder.path, name), text)
    }
    writeFileSync(join(folder.path, 'tls.crt'), localhost.cert)
    writeFileSync(join(folder.path, 'tls.key'), localhost.key)
    const env = {
      PATH: pathWithKeyturn(folder.path),
      HOME: process.env['HOME'],
      NODE_EXTRA_CA_CERTS: join(folder.path, 'tls.crt'),
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_PAGER: '',
      ...database?.environment,
    }
    const script = await pageScript(page, setting, port)
    const { code, output } = await runScript(script, folder.path, env)
    expect(code, `${script}\n${output}`).toBe(0)
    for (const text of setting.said ?? []) expect(output).toContain(text)
  })
}

/** A database server with a user who may log in. */
async function databaseOf(user: string, password: string) {
  const server = await startPostgres()
  await server.asAdmin((client) => client.query(`CREATE ROLE ${user} LOGIN PASSWORD '${password}'`))
  const { hostname, port } = new URL(server.connectionString)
  return { environment: { PGHOST: hostname, PGPORT: port }, [Symbol.asyncDispose]: () => server.stop() }
}

const mostMilliseconds = 50_000

/** Runs a script in a process group of its own, all of which ends with it. */
async function runScript(script: string, cwd: string, env: NodeJS.ProcessEnv) {
  const shell = spawn('bash', ['--norc', '-euo', 'pipefail', '-c', script], { cwd, env, detached: true })
  const endAll = () => {
    try {
      process.kill(-Number(shell.pid), 'SIGKILL')
    } catch {
      // All of it has ended already.
    }
  }
  const patience = setTimeout(endAll, mostMilliseconds)
  let output = ''
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk))
  const closed = once(shell, 'close')
  const [code] = (await once(shell, 'exit')) as [number | null]
  clearTimeout(patience)
  endAll()
  await closed
  return { code, output }
}
