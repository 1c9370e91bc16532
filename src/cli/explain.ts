import { Command, InvalidArgumentError } from 'commander'
import { type Explanation, printExplanation } from './explanation-text.ts'
import { CliError, print, printJson } from './output.ts'
import { type AccessFlags, callServer, serverAccess } from './server-client.ts'
import { withServerFlags } from './server-flags.ts'

interface ExplainFlags extends AccessFlags {
  readonly principal?: string
  readonly action?: string
  readonly resource?: string
  readonly context?: ReadonlyMap<string, readonly string[]>
  readonly requestId?: string
  readonly encoded?: true
  readonly json?: true
}

const examples = `
Examples:
  keyturn explain --principal arn:aws:iam::111111111111:user/bob --action kms:Decrypt --resource arn:aws:kms:us-east-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab
  keyturn explain --principal arn:aws:iam::111111111111:role/app --action kms:ListKeys --context aws:SourceIp=10.0.0.1
  keyturn explain --request-id 5f0c2b7e-0000-4000-8000-000000000000

Exit codes: 0 allowed, 1 denied, 2 no answer.`

export function explainCommand(): Command {
  return withServerFlags(new Command('explain'))
    .description('Say why a principal may or may not do something, or why a call was refused.')
    .option('--principal <arn>', 'the root, user, role or session that asks')
    .option('--action <name>', 'such as kms:Decrypt')
    .option('--resource <arn>', 'what it is on; left out for actions without a resource')
    .option('--context <key=value>', 'a condition key of the request; again for more keys and values', addContext)
    .option('--request-id <id>', 'explain a refused call of the audit trail instead')
    .option('--encoded', 'print the reasons sealed, for aws sts decode-authorization-message')
    .addHelpText('after', examples)
    .action(explain)
}

function addContext(
  text: string,
  given: ReadonlyMap<string, readonly string[]> | undefined,
): ReadonlyMap<string, readonly string[]> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('Give a key and a value, such as aws:SourceIp=10.0.0.1.')
  const [key, value] = [text.slice(0, at), text.slice(at + 1)]
  return new Map(given).set(key, [...(given?.get(key) ?? []), value])
}

async function explain(flags: ExplainFlags): Promise<void> {
  const explanation = await ask(flags)
  if (flags.json) printJson(explanation)
  else if (flags.encoded) printEncoded(explanation)
  else printExplanation(explanation)
  if (explanation.Decision === 'Denied') process.exitCode = 1
}

async function ask({ principal, action, resource, context, requestId, encoded, ...access }: ExplainFlags) {
  const alone = requestId !== undefined
  if (alone ? (principal ?? action ?? resource ?? context) !== undefined : !principal || !action)
    throw new CliError(
      'Give --principal and --action, or --request-id alone. (keyturn explain --help shows examples)',
      2,
    )
  const question = alone
    ? { RequestId: requestId }
    : {
        PrincipalArn: principal,
        Action: action,
        ...(resource !== undefined && { ResourceArn: resource }),
        ...(context && { Context: Object.fromEntries(context) }),
      }
  const input = { ...question, ...(encoded && { Encoded: true }) }
  try {
    return (await callServer(serverAccess(access), 'keyturn', 'Keyturn.ExplainAccess', input)) as unknown as Explanation
  } catch (error) {
    // A refusal of this question must not pass for an answer to it.
    throw error instanceof CliError ? new CliError(error.message, 2) : error
  }
}

function printEncoded({ EncodedMessage }: Explanation): void {
  if (EncodedMessage === undefined)
    throw new CliError('The reasons are too long for DecodeAuthorizationMessage: use --json.', 2)
  print(EncodedMessage)
}
