import { Command } from 'commander'
import { type Context, encodeContext, publicKeyEntry } from '../envelope/context.ts'
import { encryptMessage } from '../envelope/encrypt-message.ts'
import { mostKeys } from '../envelope/header.ts'
import { newMessageSigner } from '../envelope/signature.ts'
import { newDataKey } from './data-keys.ts'
import { type MessageFlags, outputOf, withMessageFlags } from './message-flags.ts'
import { CliError, printJson, remark } from './output.ts'
import { serverAccess } from './server-client.ts'
import { readFileOr, standard, writeAlong, writeWhole } from './whole-file.ts'

/** What the name of an encrypted file ends with. */
export const suffix = '.encrypted'

export function encryptCommand(): Command {
  return withMessageFlags(
    new Command('encrypt'),
    'a KMS key by ARN, id or alias; each one of several can decrypt alone',
    'an entry of the encryption context, which is not secret; may be given again',
  )
    .description(
      'Encrypt a file under KMS keys, here: the server sees data keys only. The AWS Encryption SDK reads the result.',
    )
    .option('--sign', 'sign the message too: who may only decrypt cannot make another like it')
    .addHelpText(
      'after',
      '\nThe result is an AWS Encryption SDK message (format 2, AES-256-GCM, HKDF, key commitment), FILE.encrypted if --output says\nnothing else. Needs kms:GenerateDataKey of the first key, kms:Encrypt of the others.\n\nExamples:\n  keyturn encrypt dump.sql --key alias/backup --context table=users\n  pg_dump app | keyturn encrypt - --key alias/backup > app.dump.encrypted',
    )
    .action(async (file: string, flags: MessageFlags & { sign?: true }) => {
      const [first, ...others] = flags.key ?? []
      if (first === undefined) throw new CliError('Name the KMS key to encrypt under with --key.', 2)
      if (others.length >= mostKeys) throw new CliError(`A message has at most ${mostKeys} keys.`, 2)
      const to = outputOf(file, flags, (name) => `${name}${suffix}`)
      const signer = flags.sign ? newMessageSigner() : undefined
      const context = contextOf(flags.context, signer?.publicKey)
      const { plaintext: dataKey, keys } = await newDataKey(serverAccess(flags), [first, ...others], context)
      const message = encryptMessage(readFileOr(process.stdin, file), { dataKey, keys, context, signer })
      // Nothing of a message is secret, and half of one is refused by whoever reads it.
      const bytes = to === standard ? await writeAlong(process.stdout, message) : await writeWhole(to, message)
      const names = keys.map(({ info }) => Buffer.from(info).toString())
      if (flags.json) printJson({ output: to, bytes, keys: names, context: Object.fromEntries(context) })
      else if (to !== standard) remark(`Encrypted to ${to}, ${bytes} bytes, under ${names.join(', ')}.`)
    })
}

function contextOf(given: Context = new Map(), publicKey: string | undefined): Context {
  const context = publicKey === undefined ? given : new Map([...given, [publicKeyEntry, publicKey]])
  if (!encodeContext(context)) throw new CliError('The encryption context is too long.', 2)
  return context
}
