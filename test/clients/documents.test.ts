import { execFile } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { awsCli } from './installed.ts'
import { startDevProcess, temporaryFolder } from './server-process.ts'
import { pathWithKeyturn, shownCommands } from './shown-commands.ts'

const run = promisify(execFile)
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const curl = await run('curl', ['--version']).then(
  () => true,
  () => false,
)
const programs = awsCli && curl

test.skipIf(!programs).each(['agent.md', 'client-side-encryption.md', 'explain.md'])(
  `the commands of docs/%s do what they say${programs ? '' : ' (left out: no AWS CLI of 1.29, 2.13 or newer, or no curl)'}`,
  async (page) => {
    using folder = temporaryFolder()
    const server = await startDevProcess()
    const [values, metadata] = [await freePort(), await freePort()]
    const commands = shownCommands(page)
      .join('\n')
      .replaceAll('http://127.0.0.1:8200', server.endpoint)
      .replaceAll('127.0.0.1:2773', `127.0.0.1:${values}`)
      .replaceAll('2774', String(metadata))
      .replace(/^(keyturn agent .*) &$/gm, `$1 --listen 127.0.0.1:${values} &\n${untilReady(values)}`)
    const script = `trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n${commands}`
    const env = {
      PATH: pathWithKeyturn(folder.path),
      HOME: process.env['HOME'],
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_PAGER: '',
    }
    try {
      const { stdout } = await run('bash', ['--norc', '-euo', 'pipefail', '-c', script], { env, cwd: folder.path })
      for (const said of results[page] ?? []) expect(stdout).toContain(said)
    } finally {
      await server.end()
    }
  },
)

/** Readers of the page wait for the agent themselves. */
function untilReady(port: number): string {
  return `curl -s --retry 50 --retry-connrefused --retry-delay 1 http://127.0.0.1:${port}/ping`
}

const results: Readonly<Record<string, readonly string[]>> = {
  'agent.md': ['healthy', '"SecretString":"s3cret"', 'assumed-role/app/keyturn-agent'],
  'client-side-encryption.md': ['alice,4929', 'users.csv', 'exit code 1'],
  'explain.md': ['✗ Denied', 'exit code 1', 'wants 10.0.0.0/8', '✓ Allowed', 'Allow «FromOffice»'],
}
