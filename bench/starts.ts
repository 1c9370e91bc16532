import { queryCall, rawRequest } from './aws/signed-call.ts'
import type { Cores } from './host/cores.ts'
import { memoryOf } from './host/process-group.ts'
import type { StartResult } from './report/result.ts'
import { type Start, start } from './server/keyturn.ts'
import { freePort } from './server/place.ts'

const attempts = 5

/** Starts a program a few times; the median. A store is read from the operating system's cache by then, as after a restart. */
async function timeStarts(begin: () => Promise<Start>): Promise<Pick<StartResult, 'milliseconds' | 'residentBytes'>> {
  const seen: { milliseconds: number; residentBytes: number }[] = []
  for (let attempt = 0; attempt < attempts; attempt++) {
    const running = await start(await begin())
    const { resident } = memoryOf(running.processes())
    seen.push({ milliseconds: running.startMilliseconds, residentBytes: resident })
    await running.stop()
  }
  const [median] = seen.sort((a, b) => a.milliseconds - b.milliseconds).slice(Math.floor(attempts / 2))
  return median as (typeof seen)[number]
}

/** From the start of `keyturn dev` to its first signed answer. */
export async function timeDev(cores: Cores): Promise<StartResult> {
  const measured = await timeStarts(async () => {
    const port = await freePort()
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
    const probe = rawRequest(queryCall('sts', 'GetCallerIdentity', {}), credentials, port, Date.now())
    return { args: ['dev', '--port', String(port)], port, cores, probe }
  })
  return { program: 'dev', variant: 'memory', secrets: 0, ...measured }
}

/** From the start of `keyturn server` on a store to its first signed answer. */
export async function timeServer(
  begin: () => Promise<Start>,
  { variant, secrets }: Pick<StartResult, 'variant' | 'secrets'>,
): Promise<StartResult> {
  return { program: 'server', variant, secrets, ...(await timeStarts(begin)) }
}
