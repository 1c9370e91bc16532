import { Command, Option } from 'commander'
import { CliError, remark } from './output.ts'
import { type FileFormat, fileFormats, writeParameterFile } from './parameter-files.ts'
import { readBelow } from './parameters.ts'
import { type AccessFlags, serverAccess } from './server-client.ts'
import { withAccessFlags } from './server-flags.ts'

interface ExportFlags extends AccessFlags {
  readonly path: string
  readonly format: FileFormat
}

export function exportCommand(): Command {
  return withAccessFlags(new Command('export'))
    .description('Print the parameters below a path, decrypted: NAME=value lines, JSON, or as the AWS CLI prints them.')
    .requiredOption('--path <path>', 'the path, such as /prod/app')
    .addOption(new Option('--format <format>', 'how to print them').choices(fileFormats).default('env'))
    .addHelpText(
      'after',
      '\nVariables are named after the last part of a name: /prod/app/db-password is DB_PASSWORD.\n\nExamples:\n  keyturn export --path /prod/app --format json\n  keyturn export --path /prod/app --format aws-export > backup.json\n\nTo start a program with the values, use «keyturn exec», which writes them nowhere.',
    )
    .action(async (flags: ExportFlags) => {
      const parameters = await readBelow(serverAccess(flags), flags.path)
      if (parameters.length === 0) throw new CliError(`There are no parameters below ${flags.path}.`)
      process.stdout.write(writeParameterFile(flags.format, flags.path, parameters))
      remark(`${parameters.length} parameters.`)
    })
}
