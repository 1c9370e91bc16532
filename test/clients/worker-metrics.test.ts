import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { keyturn, startServerProcess, temporaryFolder } from './server-process.ts'

/** Fetches over an agent's connection, or else over one of its own, so that the serving processes take turns. */
async function fetchText(url: string, agent: Agent | false = false): Promise<string> {
  const [response] = (await once(get(url, { agent }), 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response) text += chunk
  return text
}

test('metrics of two serving processes: whichever is asked tells of both, and says so where one is silent', async () => {
  using folder = temporaryFolder()
  await keyturn(['init', '--data', `${folder.path}/data`])
  const toml = `workers = 2\n[listen]\nport = 0\n[store]\nkind = "sqlite"\nfolder = "${folder.path}/data"\n`
  const server = await startServerProcess(folder.path, toml)
  const metrics = `${server.endpoint}/metrics`
  await expect.poll(() => fetchText(metrics), { timeout: 20_000 }).toContain('\nkeyturn_workers_reporting 2\n')
  for (let count = 0; count < 7; count++) await fetchText(server.endpoint)
  for (let count = 0; count < 4; count++) {
    const text = await fetchText(metrics)
    expect(text).toContain('keyturn_requests_total{service="none",operation="none",code="Unresolved"} 7\n')
    expect(text).toContain('keyturn_request_duration_seconds_count{service="none"} 7\n')
    expect(text).toMatch(
      /process_resident_memory_bytes\{worker="0"\} \d+\nprocess_resident_memory_bytes\{worker="1"\} \d+\n/,
    )
  }

  // Two connections, one to each process: one of the two is answered while the other process stands still.
  const agents = [0, 1].map(() => new Agent({ keepAlive: true, maxSockets: 1 }))
  for (const agent of agents) await fetchText(metrics, agent)
  const pid = /"pid":(\d+),[^\n]*"worker":1,/.exec(server.log())?.[1]
  process.kill(Number(pid), 'SIGSTOP')
  // A process that stands still would outlive the one above it.
  onTestFinished(() => {
    if (server.child.exitCode === null) process.kill(Number(pid), 'SIGKILL')
  })
  const text = await Promise.any(agents.map((agent) => fetchText(metrics, agent)))
  expect(text).toContain('\nkeyturn_workers 2\n')
  expect(text).toContain('\nkeyturn_workers_reporting 1\n')
  expect(text).not.toContain('worker="1"')
  process.kill(Number(pid), 'SIGCONT')
  await expect.poll(() => fetchText(metrics), { timeout: 20_000 }).toContain('\nkeyturn_workers_reporting 2\n')
  for (const agent of agents) agent.destroy()
  await server.end()
  expect(server.child.exitCode).toBe(0)
}, 60_000)
