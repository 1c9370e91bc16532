import { Command } from 'commander'
import { type Context, publicKeyEntry } from '../envelope/context.ts'
import { decryptMessage } from '../envelope/decrypt-message.ts'
import type { Header } from '../envelope/header.ts'
import { type MessageFault, MessageRefused } from '../envelope/refusal.ts'
import { openDataKey } from './data-keys.ts'
import { suffix } from './encrypt.ts'
import { type MessageFlags, outputOf, withMessageFlags } from './message-flags.ts'
import { CliError, printJson, remark } from './output.ts'
import { serverAccess } from './server-client.ts'
import { readFileOr, standard, writeWhole } from './whole-file.ts'

export function decryptCommand(): Command {
  return withMessageFlags(
    new Command('decrypt'),
    'a KMS key that the message may be encrypted under (default: whichever it names)',
    'an entry that the encryption context must have; may be given again',
  )
    .description(
      'Decrypt a file that «keyturn encrypt» or the AWS Encryption SDK made. Nothing is released before all is verified.',
    )
    .addHelpText(
      'after',
      '\nThe result goes to FILE without .encrypted, if --output says nothing else. Say with --key and --context what you expect:\nwithout, whoever has a key that you may decrypt with can hand you a file. Needs kms:Decrypt.\n\nExamples:\n  keyturn decrypt dump.sql.encrypted --key alias/backup --context table=users\n  keyturn decrypt app.dump.encrypted --key alias/backup --output - | pg_restore -d app',
    )
    .action(async (file: string, flags: MessageFlags) => {
      const access = serverAccess(flags)
      const to = outputOf(file, flags, (name) => (name.endsWith(suffix) ? name.slice(0, -suffix.length) : undefined))
      let header: Header | undefined
      const plaintext = decryptMessage(readFileOr(process.stdin, file), async (read) => {
        header = read
        expectEntries(read.context, flags.context)
        return openDataKey(access, read.keys, flags.key ?? [], read.context)
      })
      const bytes = await writeWhole(to, plaintext).catch((error: unknown) => {
        throw error instanceof MessageRefused ? new CliError(`${nameOf(file)} ${reasons[error.fault]}.`) : error
      })
      const entries = [...(header?.context ?? [])].filter(([name]) => name !== publicKeyEntry)
      if (flags.json) {
        printJson({ output: to, bytes, context: Object.fromEntries(entries), signed: header?.suite.signed ?? false })
      } else if (to !== standard) remark(`Decrypted to ${to}, ${bytes} bytes.`)
    })
}

function nameOf(file: string): string {
  return file === standard ? 'Standard input' : file
}

const reasons: Readonly<Record<MessageFault, string>> = {
  'not a message': 'is no message of the AWS Encryption SDK',
  'other format':
    'is a message of another format: only framed messages of format 2 are opened, which commit to their key',
  'other algorithm': 'is encrypted with an algorithm that does not commit to its key, or that is not known',
  'too large': 'has a header, frames or a list of keys larger than are opened',
  truncated: 'is not whole',
  altered: 'is not what was encrypted',
  'no key': 'cannot be opened by the keys that it names',
  'more follows': 'has something behind its end',
}

function expectEntries(context: Context, expected: Context = new Map()): void {
  for (const [name, value] of expected) {
    if (context.get(name) !== value)
      throw new CliError(
        `The encryption context of this message does not have ${name}=${value}. Nothing was decrypted.`,
      )
  }
}
