import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { Command } from 'commander'
import { Secret } from '../base/secret.ts'
import { readJsonObject } from '../base/json-object.ts'
import { type Sourced, startVariables } from './environment.ts'
import { CliError } from './output.ts'
import { readBelow, readSecretText } from './parameters.ts'
import { type AccessFlags, type ServerAccess, serverAccess } from './server-client.ts'
import { withAccessFlags } from './server-flags.ts'

interface ExecFlags extends AccessFlags {
  readonly path?: readonly string[]
  readonly secret?: readonly string[]
}

export function execCommand(): Command {
  return withAccessFlags(new Command('exec'))
    .description('Start a command with parameters and secrets in its environment. They are written nowhere.')
    .option('--path <path>', 'all parameters below a path, such as /prod/app (may be repeated)', collect)
    .option('--secret <name>', 'a secret: each member of its JSON object, or its text (may be repeated)', collect)
    .argument('<command...>', 'the command and its arguments, behind --')
    .addHelpText(
      'after',
      '\nVariables are named after the last part of a name or the member: /prod/app/db-password is DB_PASSWORD. They take the\nplace of variables that are set already; two values for one variable are an error. Signals reach the command, and its exit\ncode is the exit code (127: there is no such command).\n\nExamples:\n  keyturn exec --path /prod/app -- node server.js\n  keyturn exec --path /prod/app --secret prod/db -- env',
    )
    .action(async ([command, ...args]: [string, ...string[]], flags: ExecFlags) => {
      const { path = [], secret = [] } = flags
      if (path.length + secret.length === 0)
        throw new CliError('Name what the command needs with --path or --secret.', 2)
      const access = serverAccess(flags)
      const values = [...(await readParameters(access, path)), ...(await readSecrets(access, secret))]
      await run(command, args, startVariables(values))
    })
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

function lastLevel(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}

async function readParameters(access: ServerAccess, paths: readonly string[]): Promise<readonly Sourced[]> {
  const found = await Promise.all(paths.map((path) => readBelow(access, path)))
  return found.flatMap((parameters, index) => {
    if (parameters.length === 0) throw new CliError(`There are no parameters below ${paths[index]}.`)
    return parameters.map(({ name, value }) => ({ source: name, label: lastLevel(name), value }))
  })
}

async function readSecrets(access: ServerAccess, ids: readonly string[]): Promise<readonly Sourced[]> {
  const texts = await Promise.all(ids.map((id) => readSecretText(access, id)))
  return texts.flatMap((text, index) => {
    const id = ids[index] as string
    if (!text) throw new CliError(`The secret ${id} holds bytes, which no environment can.`)
    return valuesOf(id, text)
  })
}

function valuesOf(id: string, text: Secret<string>): readonly Sourced[] {
  const members = readJsonObject(text.reveal())
  if (!members) return [{ source: `the secret ${id}`, label: lastLevel(nameOf(id)), value: text }]
  return Object.entries(members).map(([label, member]) => {
    const source = `${label} of the secret ${id}`
    if (!['string', 'number', 'boolean'].includes(typeof member))
      throw new CliError(`${source} is no text, number, true or false.`)
    return { source, label, value: new Secret(String(member)) }
  })
}

/** The name in an id, which may be an ARN with six characters of its own at the end. */
function nameOf(id: string): string {
  return id.startsWith('arn:') ? (id.split(':')[6] ?? '').replace(/-[A-Za-z0-9]{6}$/, '') : id
}

/** What a terminal sends to all of its programs reaches the command without our help. */
const ofTerminals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT']
const passedOn: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2']

async function run(command: string, args: readonly string[], variables: ReadonlyMap<string, Secret<string>>) {
  const env = { ...process.env }
  for (const [name, value] of variables) env[name] = value.reveal()
  const child = spawn(command, args, { stdio: 'inherit', env })
  const pass = (signal: NodeJS.Signals) => void child.kill(signal)
  const stay = () => {}
  for (const signal of ofTerminals) process.on(signal, process.stdin.isTTY ? stay : pass)
  for (const signal of passedOn) process.on(signal, pass)
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => reject(notStarted(command, error)))
    child.once('exit', (...ended) => resolve(ended))
  })
  for (const each of [...ofTerminals, ...passedOn]) process.removeAllListeners(each)
  // Whoever started this sees the command's end as if there were nothing between: a signal is a signal.
  if (signal) process.kill(process.pid, signal)
  process.exitCode = code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0)
}

function notStarted(command: string, { code, message }: NodeJS.ErrnoException): CliError {
  if (code === 'ENOENT') return new CliError(`There is no command «${command}».`, 127)
  if (code === 'EACCES') return new CliError(`«${command}» may not be run.`, 126)
  return new CliError(code === 'E2BIG' ? 'The values are too large for an environment.' : message)
}
