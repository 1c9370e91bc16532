import { readFileSync } from 'node:fs'
import type { Clock } from '../base/clock.ts'
import { Secret } from '../base/secret.ts'
import { formBody, signedPost } from '../client/signed-post.ts'
import { type Credentials, type CredentialSource, type Failure, failureOf, type Obtained } from './credentials.ts'
import { readAccount, readCredentials, readXmlRefusal } from './sts-answer.ts'

/** How to reach the server. */
export interface ServerAddress {
  readonly endpoint: URL
  readonly region: string
  readonly clock: Clock
}

export interface RoleOptions {
  readonly roleArn: string
  readonly sessionName: string
  readonly externalId?: string
  readonly durationSeconds?: number
}

/** Credentials that were given, such as those of the environment. */
export function givenCredentials(credentials: Credentials): CredentialSource {
  return { name: 'given credentials', obtain: async () => ({ credentials }) }
}

/** A session of a role, assumed with the credentials of another source. */
export function assumedRole(base: CredentialSource, role: RoleOptions, server: ServerAddress): CredentialSource {
  return {
    name: `role ${role.roleArn}`,
    async obtain() {
      const held = await base.obtain()
      if (!('credentials' in held)) return held
      return askForSession('AssumeRole', { ...roleFields(role), ExternalId: role.externalId }, server, held.credentials)
    },
  }
}

/** A session for a long-term key, so that the key itself is handed out to nobody. */
export function ownSession(
  base: CredentialSource,
  durationSeconds: number | undefined,
  server: ServerAddress,
): CredentialSource {
  return {
    name: 'session of the given key',
    async obtain() {
      const held = await base.obtain()
      if (!('credentials' in held)) return held
      const fields = { DurationSeconds: durationSeconds?.toString() }
      return askForSession('GetSessionToken', fields, server, held.credentials)
    },
  }
}

const longestToken = 20_000

/** A session of a role for whoever holds a token of an identity provider; the file is read anew each time. */
export function webIdentity(tokenFile: string, role: RoleOptions, server: ServerAddress): CredentialSource {
  return {
    name: `role ${role.roleArn} by web identity`,
    async obtain() {
      const token = readToken(tokenFile)
      if (token === undefined) return { unavailable: `no token can be read from ${tokenFile}` }
      return askForSession('AssumeRoleWithWebIdentity', { ...roleFields(role), WebIdentityToken: token }, server)
    },
  }
}

function readToken(file: string): Secret<string> | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim()
    return text === '' || text.length > longestToken ? undefined : new Secret(text)
  } catch {
    return undefined
  }
}

function roleFields({ roleArn, sessionName, durationSeconds }: RoleOptions) {
  return { RoleArn: roleArn, RoleSessionName: sessionName, DurationSeconds: durationSeconds?.toString() }
}

async function askForSession(
  action: string,
  fields: Parameters<typeof formBody>[0],
  server: ServerAddress,
  credentials?: Credentials,
): Promise<Obtained> {
  const answer = await askSts(action, fields, server, credentials)
  if (!('text' in answer)) return answer
  const read = readCredentials(answer.text)
  return read ? { credentials: read } : { unavailable: `the answer to ${action} holds no credentials` }
}

/** The account that credentials belong to. */
export async function askAccount(
  server: ServerAddress,
  credentials: Credentials,
): Promise<{ readonly account: string } | Failure> {
  const answer = await askSts('GetCallerIdentity', {}, server, credentials)
  if (!('text' in answer)) return answer
  const account = readAccount(answer.text)
  return account === undefined ? { unavailable: 'the answer to GetCallerIdentity names no account' } : { account }
}

async function askSts(
  action: string,
  fields: Parameters<typeof formBody>[0],
  { endpoint, region, clock }: ServerAddress,
  credentials?: Credentials,
): Promise<{ readonly text: string } | Failure> {
  const posted = await signedPost({
    endpoint,
    region,
    service: 'sts',
    credentials,
    headers: ['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8'],
    body: formBody({ Action: action, Version: '2011-06-15', ...fields }),
    nowMs: clock.real(),
  })
  if ('unreachable' in posted) return { unavailable: posted.unreachable }
  const { status, text } = posted
  return status === 200 ? { text } : failureOf(status, readXmlRefusal(text))
}
