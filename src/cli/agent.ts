import { randomInt } from 'node:crypto'
import { Command, InvalidArgumentError, Option } from 'commander'
import type { Agent, AgentOptions } from '../agent/agent.ts'
import type { ServerAddress } from '../agent/credential-sources.ts'
import { systemClock } from '../base/clock.ts'
import { Secret } from '../base/secret.ts'
import { type SourceFlags, sourceOf, withSourceFlags } from './agent-source.ts'
import { portNumber, wholeNumber } from './arguments.ts'
import { bold, CliError, print, printJson, remark } from './output.ts'
import { type AccessFlags, serverAccess } from './server-client.ts'

interface RunFlags extends AccessFlags, SourceFlags {
  readonly listen: ListenAddress
  readonly imdsPort?: number
  readonly tokenFile?: string
  readonly containerTokenFile?: string
  readonly hostName?: readonly string[]
  readonly ttl: number
  readonly stale: number
  readonly cacheSize: number
  readonly maxConnections: number
  readonly json?: true
}

interface ListenAddress {
  readonly host: string
  readonly port: number
}

const runHelp = `
Examples:
  keyturn agent --token-file ./agent-token
  keyturn agent --token-file ./agent-token --role arn:aws:iam::111111111111:role/app --imds-port 2774
  keyturn agent --token-file ./agent-token --role arn:aws:iam::111111111111:role/app --certificate host.pem --private-key host.key --trust-anchor ARN --profile ARN
  curl -H "X-Aws-Parameters-Secrets-Token: $(cat ./agent-token)" 'http://127.0.0.1:2773/secretsmanager/get?secretId=prod/db'
  AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:2774 aws sts get-caller-identity`

const credentialsHelp = `
Example, in ~/.aws/config:
  [profile app]
  credential_process = keyturn agent credentials --role arn:aws:iam::111111111111:role/app`

export function agentCommand(): Command {
  const command = new Command('agent').description(
    'Hand out secrets and short-lived credentials to the programs of this machine.',
  )
  withSourceFlags(command.command('run', { isDefault: true }))
    .description(
      'Serve cached secrets and parameters and, with --imds-port, credentials (this is done without a name).',
    )
    .addOption(
      new Option('--listen <address:port>', 'where to serve secrets and parameters')
        .argParser(listenAddress)
        .default({ host: '127.0.0.1', port: 2773 }, '127.0.0.1:2773'),
    )
    .option('--imds-port <number>', 'serve the instance metadata service on this port', portNumber)
    .option('--token-file <file>', 'the token that callers show; made where it is not there (default: AWS_TOKEN)')
    .option(
      '--container-token-file <file>',
      'serve /v1/credentials too, to callers that show this token; made likewise',
    )
    .option('--host-name <name...>', 'answer to these names in Host headers too')
    .option('--ttl <seconds>', 'how long a value is served from memory, 0 to 3600', wholeNumber(0, 3600), 300)
    .option('--stale <seconds>', 'how long beyond that while the server is away', wholeNumber(0, 604_800), 3600)
    .option('--cache-size <number>', 'how many values are kept', wholeNumber(1, 10_000), 1000)
    .option('--max-connections <number>', 'how many requests are answered at a time', wholeNumber(1, 10_000), 800)
    .option('--json', 'print the addresses as JSON when ready')
    .addHelpText('after', runHelp)
    .action(run)
  withSourceFlags(command.command('credentials'))
    .description('Print credentials as AWS clients read them from a credential_process.')
    .addHelpText('after', credentialsHelp)
    .action(printCredentials)
  return command
}

function listenAddress(text: string): ListenAddress {
  const match = /^(?:\[([0-9a-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/i.exec(text)
  const host = match?.[1] ?? match?.[2]
  if (!match || host === undefined)
    throw new InvalidArgumentError('Give an address and a port, such as 127.0.0.1:2773 or [::1]:2773.')
  return { host, port: portNumber(match[3] as string) }
}

function addressOf(flags: AccessFlags): ServerAddress {
  const { endpoint, region } = serverAccess(flags)
  return { endpoint, region, clock: systemClock }
}

async function run(flags: RunFlags): Promise<void> {
  const { startAgent } = await import('../agent/agent.ts')
  const started = await startAgent(await optionsOf(flags))
  if ('refused' in started) throw new CliError(started.refused)
  const { agent } = started
  tellAddresses(agent, flags)
  const stop = () => void agent.stop().then(() => process.exit(0))
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

async function optionsOf(flags: RunFlags): Promise<AgentOptions> {
  const server = addressOf(flags)
  const { source, roleName } = await sourceOf(flags, server)
  const token = await tokenOf(flags.tokenFile)
  const containerToken = flags.containerTokenFile === undefined ? undefined : await tokenOf(flags.containerTokenFile)
  if (containerToken && flags.imdsPort === undefined)
    throw new CliError('The container endpoint is on the port of the metadata service: give that with --imds-port.', 2)
  return {
    server,
    source,
    clock: systemClock,
    random: () => randomInt(2 ** 32) / 2 ** 32,
    warn: (message) => remark(`warning: ${message}`),
    host: flags.listen.host,
    hostNames: flags.hostName ?? [],
    values: {
      port: flags.listen.port,
      token,
      ttlSeconds: flags.ttl,
      staleSeconds: flags.stale,
      entries: flags.cacheSize,
      mostAtOnce: flags.maxConnections,
    },
    ...(flags.imdsPort !== undefined && {
      metadata: { port: flags.imdsPort, roleName, ...(containerToken && { containerToken }) },
    }),
  }
}

async function tokenOf(file: string | undefined): Promise<Secret<string>> {
  const { localToken } = await import('../agent/local-token.ts')
  const found = localToken(file, process.env)
  if ('missing' in found) throw new CliError(found.missing, 2)
  return found.token
}

function tellAddresses({ values, metadata }: Agent, { json }: RunFlags): void {
  const address = ({ host, port }: ListenAddress) => `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  const told = { values: address(values), ...(metadata && { metadata: address(metadata) }) }
  if (json) {
    printJson(told)
    return
  }
  print(`${bold('Secrets and parameters')} at ${told.values}`)
  if (told.metadata) print(`${bold('Credentials')} at ${told.metadata} (AWS_EC2_METADATA_SERVICE_ENDPOINT)`)
}

async function printCredentials(flags: AccessFlags & SourceFlags): Promise<void> {
  const [{ credentialMembers }, { describeFailure }] = await Promise.all([
    import('../agent/metadata-api.ts'),
    import('../agent/credentials.ts'),
  ])
  const { source } = await sourceOf(flags, addressOf(flags))
  const obtained = await source.obtain()
  if (!('credentials' in obtained)) throw new CliError(`${source.name}: ${describeFailure(obtained)}`)
  const { Token, ...members } = credentialMembers(obtained.credentials, systemClock)
  printJson({ Version: 1, ...members, SessionToken: Token })
}
