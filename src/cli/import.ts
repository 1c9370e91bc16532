import { createReadStream } from 'node:fs'
import { Argument, Command, Option } from 'commander'
import { fromUtf8 } from '../base/bytes.ts'
import { type ImportAction, type ImportStep, planStep } from './import-plan.ts'
import { CliError, print, printJson, printTable, remark } from './output.ts'
import { type FileFormat, fileFormats, readParameterFile } from './parameter-files.ts'
import { mostNames, type NamedParameter, type ParameterType, putParameter, readNamed } from './parameters.ts'
import { startProgress } from './progress.ts'
import { type AccessFlags, type ServerAccess, serverAccess } from './server-client.ts'
import { withServerFlags } from './server-flags.ts'

interface ImportFlags extends AccessFlags {
  readonly path?: string
  readonly type: ParameterType
  readonly keyId?: string
  readonly overwrite?: true
  readonly skipEmpty?: true
  readonly dryRun?: true
  readonly json?: true
}

export function importCommand(): Command {
  return withServerFlags(new Command('import'))
    .description('Put what a file holds into Parameter Store. Nothing is written where something else is in the way.')
    .addArgument(
      new Argument('<format>', 'NAME=value lines, a JSON object, or what the AWS CLI prints of parameters').choices(
        fileFormats,
      ),
    )
    .argument('<file>', 'the file, or - for standard input')
    .option('--path <path>', 'put the parameters below this path (optional for aws-export, whose names are whole)')
    .addOption(
      new Option('--type <type>', 'the type of parameters whose type the file does not say')
        .choices(['SecureString', 'String'])
        .default('SecureString'),
    )
    .option('--key-id <key>', 'the KMS key for SecureStrings (default: alias/aws/ssm)')
    .option('--overwrite', 'put a new version where a parameter has another value')
    .option('--skip-empty', 'leave out empty values, which Parameter Store cannot hold')
    .option('--dry-run', 'say what would be done, and do nothing')
    .addHelpText(
      'after',
      '\nExamples:\n  keyturn import env .env --path /prod/app --dry-run\n  aws ssm get-parameters-by-path --path /prod --recursive --with-decryption | keyturn import aws-export -',
    )
    .action(async (format: FileFormat, file: string, flags: ImportFlags) => {
      const access = serverAccess(flags)
      const parameters = await readFile(format, file, flags)
      const plan = await makePlan(access, parameters, flags.overwrite ?? false)
      if (flags.dryRun) showPlan(plan, flags)
      refuseConflicts(plan, flags)
      if (flags.dryRun) return
      await carryOut(access, plan, flags)
      tell(plan, flags)
    })
}

const mostBytes = 64 * 1024 * 1024

async function readFile(format: FileFormat, file: string, flags: ImportFlags): Promise<readonly NamedParameter[]> {
  if (format !== 'aws-export' && flags.path === undefined) throw new CliError(`The format ${format} needs --path.`, 2)
  if (flags.path !== undefined && !/^(?:\/[A-Za-z0-9_.-]+)+\/?$/.test(flags.path))
    throw new CliError('A path is such as /prod/app.', 2)
  const text = await readText(file === '-' ? process.stdin : createReadStream(file))
  const parameters = readParameterFile(format, text, { path: flags.path, type: flags.type })
  const empty = parameters.filter(({ value }) => value.reveal() === '')
  if (empty.length > 0 && !flags.skipEmpty)
    throw new CliError(
      `Parameter Store holds no empty values: ${listed(empty.map(({ name }) => name))}. Leave them out with --skip-empty.`,
    )
  return parameters.filter(({ value }) => value.reveal() !== '')
}

async function readText(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > mostBytes) throw new CliError('The file is larger than 64 MiB.')
    chunks.push(chunk)
  }
  const text = fromUtf8(Buffer.concat(chunks))
  if (text === undefined) throw new CliError('The file is not UTF-8.')
  return text.startsWith('\ufeff') ? text.slice(1) : text
}

function listed(names: readonly string[]): string {
  return names.length > 10 ? `${names.slice(0, 10).join(', ')} and ${names.length - 10} more` : names.join(', ')
}

async function makePlan(
  access: ServerAccess,
  parameters: readonly NamedParameter[],
  overwrite: boolean,
): Promise<readonly ImportStep[]> {
  const batches = Array.from({ length: Math.ceil(parameters.length / mostNames) }, (_, index) =>
    parameters.slice(index * mostNames, (index + 1) * mostNames),
  )
  const progress = startProgress('compared', parameters.length)
  const steps = await inParallel(batches, async (batch) => {
    const there = await readNamed(
      access,
      batch.map(({ name }) => name),
    )
    return batch.map((parameter) => {
      progress.step()
      return planStep(parameter, there.get(parameter.name), overwrite)
    })
  })
  return steps.flat()
}

function refuseConflicts(plan: readonly ImportStep[], { overwrite }: ImportFlags): void {
  const names = plan.filter(({ action }) => action === 'conflict').map(({ parameter }) => parameter.name)
  if (names.length === 0) return
  const advice = overwrite
    ? 'They have another type, which cannot be changed: delete them first.'
    : 'Put new versions with --overwrite.'
  throw new CliError(`Nothing was written: ${listed(names)} are there with something else. ${advice}`)
}

async function carryOut(access: ServerAccess, plan: readonly ImportStep[], flags: ImportFlags): Promise<void> {
  const steps = plan.filter(({ action }) => action === 'create' || action === 'update')
  const progress = startProgress('written', steps.length)
  let written = 0
  try {
    await inParallel(steps, async ({ parameter, action }) => {
      await putParameter(access, parameter, { overwrite: action === 'update', keyId: flags.keyId })
      written++
      progress.step()
    })
  } catch (error) {
    remark(`${written} of ${steps.length} parameters were written; the same command goes on from there.`)
    throw error
  }
}

const atOnce = 8

/** Does something for all of a list, a few at a time and in its order. After a failure nothing more is begun. */
async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  let failed = false
  const run = async () => {
    while (!failed && next < items.length) {
      const index = next++
      try {
        results[index] = await work(items[index] as T)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  const runs = await Promise.allSettled(Array.from({ length: atOnce }, run))
  const refused = runs.find((one) => one.status === 'rejected')
  if (refused) throw refused.reason
  return results
}

function showPlan(plan: readonly ImportStep[], { json }: ImportFlags): void {
  if (json) printJson({ dryRun: true, ...summaryOf(plan), parameters: plan.map(stepFacts) })
  else
    printTable(
      ['ACTION', 'TYPE', 'NAME'],
      plan.map(stepFacts).map(({ action, type, name }) => [action, type, name]),
    )
}

function stepFacts({ parameter: { name, type }, action }: ImportStep) {
  return { action, type, name }
}

function tell(plan: readonly ImportStep[], { json }: ImportFlags): void {
  const { create, update, unchanged } = summaryOf(plan)
  if (json) printJson({ created: create, updated: update, unchanged })
  else print(`${create} created, ${update} updated, ${unchanged} unchanged.`)
}

function summaryOf(plan: readonly ImportStep[]): Readonly<Record<ImportAction, number>> {
  const count = (wanted: ImportAction) => plan.filter(({ action }) => action === wanted).length
  return {
    create: count('create'),
    update: count('update'),
    unchanged: count('unchanged'),
    conflict: count('conflict'),
  }
}
