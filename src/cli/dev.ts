import { Command } from 'commander'
import type { LoadedConfig } from '../config/load.ts'
import { accountNumber, portNumber, regionName } from './arguments.ts'
import { bold, print, printJson, remark } from './output.ts'

interface DevFlags {
  readonly port: number
  readonly account: string
  readonly region: string
  readonly data?: string
  readonly organization?: string
  readonly json?: true
}

export function devCommand(): Command {
  return new Command('dev')
    .description('Start a ready server for development and tests: known keys, loopback only, in memory unless --data.')
    .option('--port <number>', 'port to listen on; 0 chooses a free one', portNumber, 8200)
    .option('--account <id>', 'the account whose root has the key pair test/test', accountNumber, '000000000000')
    .option('--region <name>', 'the region in the exports printed', regionName, 'us-east-1')
    .option('--data <folder>', 'keep data in this folder between starts')
    .option('--organization <file>', 'take the guard rails of accounts from this configuration file')
    .option('--json', 'print the address as one line of JSON when ready')
    .addHelpText(
      'after',
      '\nExamples:\n  keyturn dev\n  keyturn dev --port 9000 --data ./dev-data\n\nSignatures are verified here as everywhere; the secret of the access key «test» is «test», and a 12-digit access key id\nwith the secret «test» is the root of that account.',
    )
    .action(async (flags: DevFlags) => {
      const { startDev } = await import('../start-dev.ts')
      const reporter = {
        warn: (facts: object, message: string) => remark(`warning: ${message} ${describe(facts)}`),
        error: (facts: object, message: string) => remark(`error: ${message} ${describe(facts)}`),
      }
      const server = await startDev({
        port: flags.port,
        account: flags.account,
        reporter,
        ...(flags.data && { folder: flags.data }),
        organization: await guardRails(flags),
      })
      const endpoint = `http://127.0.0.1:${server.listener.port}`
      if (flags.json)
        printJson({
          endpoint,
          accessKeyId: 'test',
          secretAccessKey: 'test',
          region: flags.region,
          account: flags.account,
        })
      else welcome(endpoint, flags)
      const stop = () => void server.stop().then(() => process.exit(0))
      process.once('SIGINT', stop)
      process.once('SIGTERM', stop)
    })
}

async function guardRails({ organization, account }: DevFlags): Promise<LoadedConfig['guardRails']> {
  if (organization === undefined) return undefined
  const { loadConfig } = await import('../config/load.ts')
  return loadConfig(organization, {}, [{ path: ['account'], value: account, from: '--account' }]).guardRails
}

function welcome(endpoint: string, { region, account, data }: DevFlags): void {
  print(
    `${bold('Keyturn is ready')} at ${endpoint}, account ${account}, ${data ? `data in ${data}` : 'data in memory'}. Stop it with Ctrl-C.`,
  )
  print('\nPoint AWS clients at it (in another terminal):\n')
  print(`  export AWS_ENDPOINT_URL=${endpoint}`)
  print('  export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test')
  print(`  export AWS_DEFAULT_REGION=${region} AWS_REGION=${region}`)
  print('\nThen try:\n')
  print(`  aws secretsmanager create-secret --name prod/db --secret-string '{"username":"app","password":"x"}'`)
  print('  aws secretsmanager get-secret-value --secret-id prod/db\n')
}

function describe(facts: object): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name}=${value instanceof Error ? (value.stack ?? value.message) : String(value)}`)
    .join(' ')
}
