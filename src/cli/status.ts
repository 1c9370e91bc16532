import { Command } from 'commander'
import { good, print, printJson } from './output.ts'
import { type AccessFlags, callServer, reach, serverAccess } from './server-client.ts'
import { CliError } from './output.ts'
import { withServerFlags } from './server-flags.ts'

export function statusCommand(): Command {
  return withServerFlags(new Command('status'))
    .description('Say whether a server answers and, with credentials of its management account, how it is.')
    .addHelpText('after', '\nExample:\n  keyturn status --endpoint https://secrets.example.com')
    .action(async (flags: AccessFlags & { json?: true }) => {
      const access = serverAccess(flags)
      const answer = await reach(new URL('/_keyturn/health', access.endpoint))
      if (!answer.ok)
        throw new CliError(`${access.endpoint.origin} answers, but not as Keyturn does (${answer.status}).`)
      const health = (await answer.json()) as { status: string; version: string }
      const more = access.credentials ? await callServer(access, 'keyturn', 'Keyturn.GetServerStatus', {}) : {}
      if (flags.json) {
        printJson({ endpoint: access.endpoint.origin, ...health, ...more })
        return
      }
      print(`${good('●')} Keyturn ${health.version} at ${access.endpoint.origin}: ${health.status}`)
      for (const [name, value] of Object.entries(more))
        print(
          `  ${name}: ${name.endsWith('Date') || name === 'ServerTime' ? new Date(Number(value) * 1000).toISOString() : String(value)}`,
        )
    })
}
