import { type Command, InvalidArgumentError } from 'commander'
import type { RoleOptions, ServerAddress } from '../agent/credential-sources.ts'
import type { CredentialSource } from '../agent/credentials.ts'
import { wholeNumber } from './arguments.ts'
import { CliError } from './output.ts'
import { type AccessFlags, serverAccess } from './server-client.ts'

export interface SourceFlags {
  readonly role?: string
  readonly sessionName?: string
  readonly externalId?: string
  readonly duration?: number
  readonly webIdentityTokenFile?: string
  readonly certificate?: string
  readonly privateKey?: string
  readonly trustAnchor?: string
  readonly profile?: string
}

/** The flags that say where an agent has its credentials from. */
export function withSourceFlags(command: Command): Command {
  return command
    .option('--endpoint <url>', 'the server (default: KEYTURN_ENDPOINT, AWS_ENDPOINT_URL, http://127.0.0.1:8200)')
    .option('--region <name>', 'the region of what is read')
    .option('--role <arn>', 'the role to assume (default with a token file: AWS_ROLE_ARN)', roleArn)
    .option('--session-name <name>', 'the name of the session (default: AWS_ROLE_SESSION_NAME, keyturn-agent)')
    .option('--external-id <id>', 'the external id that the role asks for')
    .option('--duration <seconds>', 'how long credentials last, 900 to 43200', wholeNumber(900, 43_200))
    .option(
      '--web-identity-token-file <file>',
      'a token of an identity provider in place of an access key (default: AWS_WEB_IDENTITY_TOKEN_FILE)',
    )
    .option('--certificate <file>', 'a certificate in place of an access key, with those above it (PEM)')
    .option('--private-key <file>', 'the key of the certificate (PEM)')
    .option('--trust-anchor <arn>', 'the trust anchor that vouches for the certificate')
    .option('--profile <arn>', 'the profile of Roles Anywhere that names the role')
}

function roleArn(text: string): string {
  if (!/^arn:[a-z-]+:iam::\d{12}:role\/\S+$/.test(text))
    throw new InvalidArgumentError('A role is named by its ARN, such as arn:aws:iam::111111111111:role/app.')
  return text
}

const usualName = 'keyturn-agent'

/** Where credentials come from, and what they are listed as: the role's name where there is one. */
export async function sourceOf(
  flags: SourceFlags & AccessFlags,
  server: ServerAddress,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<{ readonly source: CredentialSource; readonly roleName: string }> {
  const sources = await import('../agent/credential-sources.ts')
  const tokenFile = flags.webIdentityTokenFile ?? environment['AWS_WEB_IDENTITY_TOKEN_FILE']
  const arn = flags.role ?? (tokenFile === undefined ? undefined : environment['AWS_ROLE_ARN'])
  const role = arn === undefined ? undefined : roleOptions(arn, flags, environment)
  const roleName = role ? role.roleArn.slice(role.roleArn.lastIndexOf('/') + 1) : usualName
  if (flags.certificate !== undefined) return { source: await certificateSource(flags, server), roleName }
  if (tokenFile !== undefined) {
    if (!role) throw new CliError('A token of an identity provider needs a role: name it with --role.', 2)
    return { source: sources.webIdentity(tokenFile, role, server), roleName }
  }
  const { credentials } = serverAccess(flags, environment)
  if (!credentials)
    throw new CliError(
      'The agent needs credentials of its own: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give --web-identity-token-file and --role.',
      2,
    )
  const given = sources.givenCredentials(credentials)
  if (role) return { source: sources.assumedRole(given, role, server), roleName }
  if (credentials.sessionToken)
    throw new CliError(
      'The credentials of the environment are a session, whose end is not known: name a role to assume with --role, or give an access key.',
      2,
    )
  return { source: sources.ownSession(given, flags.duration, server), roleName }
}

async function certificateSource(flags: SourceFlags, server: ServerAddress): Promise<CredentialSource> {
  const { certificateSession } = await import('../agent/certificate-source.ts')
  const { certificate, privateKey, trustAnchor, profile, role, sessionName, duration } = flags
  if (certificate === undefined || !privateKey || !trustAnchor || !profile || !role)
    throw new CliError('A certificate needs --private-key, --trust-anchor, --profile and --role.', 2)
  const options = {
    certificateFile: certificate,
    privateKeyFile: privateKey,
    trustAnchorArn: trustAnchor,
    profileArn: profile,
  }
  const wanted = {
    roleArn: role,
    ...(sessionName !== undefined && { sessionName }),
    ...(duration !== undefined && { durationSeconds: duration }),
  }
  return certificateSession(options, wanted, server)
}

function roleOptions(arn: string, flags: SourceFlags, environment: NodeJS.ProcessEnv): RoleOptions {
  return {
    roleArn: arn,
    sessionName: flags.sessionName ?? environment['AWS_ROLE_SESSION_NAME'] ?? usualName,
    ...(flags.externalId !== undefined && { externalId: flags.externalId }),
    ...(flags.duration !== undefined && { durationSeconds: flags.duration }),
  }
}
