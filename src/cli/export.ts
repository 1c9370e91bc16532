import { Command, Option } from 'commander'
import { CliError, remark } from './output.ts'
import { type FileFormat, fileFormats, writeParameterFile } from './parameter-files.ts'
import { readBelow } from './parameters.ts'
import { type AccessFlags, serverAccess } from './server-client.ts'

interface ExportFlags extends AccessFlags {
  readonly path: string
  readonly format: FileFormat
}

export function exportCommand(): Command {
  return new Command('export')
    .description('Print the parameters below a path, decrypted: NAME=value lines, JSON, or as the AWS CLI prints them.')
    .requiredOption('--path <path>', 'the path, such as /prod/app')
    .addOption(new Option('--format <format>', 'how to print them').choices(fileFormats).default('env'))
    .option('--endpoint <url>', 'the server (default: KEYTURN_ENDPOINT, AWS_ENDPOINT_URL, http://127.0.0.1:8200)')
    .option('--region <name>', 'the region to sign for')
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
