import { Secret } from '../base/secret.ts'
import { readJsonObject } from '../base/json-object.ts'
import { causeOf, postJson, readJsonRefusal } from '../client/signed-post.ts'
import type { SigningCredentials } from '../sigv4/sign.ts'
import { CliError } from './output.ts'

/** How to reach a server, from flags and the variables that AWS's own clients read. */
export interface ServerAccess {
  readonly endpoint: URL
  readonly region: string
  readonly credentials: SigningCredentials | undefined
}

export interface AccessFlags {
  readonly endpoint?: string
  readonly region?: string
}

const defaultEndpoint = 'http://127.0.0.1:8200'

export function serverAccess(flags: AccessFlags, environment: NodeJS.ProcessEnv = process.env): ServerAccess {
  const text = flags.endpoint ?? environment['KEYTURN_ENDPOINT'] ?? environment['AWS_ENDPOINT_URL'] ?? defaultEndpoint
  if (!URL.canParse(text))
    throw new CliError(`«${text}» is no address: give one such as ${defaultEndpoint} with --endpoint.`, 2)
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = environment
  return {
    endpoint: new URL(text),
    region: flags.region ?? environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'] ?? 'us-east-1',
    credentials:
      id && secret
        ? { accessKeyId: id, secretAccessKey: new Secret(secret), ...(token && { sessionToken: new Secret(token) }) }
        : undefined,
  }
}

/** Calls a JSON operation of a server, signed. A refusal becomes a `CliError` with the server's own words. */
export async function callServer(
  access: ServerAccess,
  service: string,
  target: string,
  input: object,
): Promise<Record<string, unknown>> {
  const { endpoint, region, credentials } = access
  if (!credentials) {
    throw new CliError(
      'This command needs credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to those that «keyturn init» printed.',
      2,
    )
  }
  const posted = await postJson({ endpoint, region, service, target, input, credentials, nowMs: Date.now() })
  if ('unreachable' in posted) throw noAnswer(endpoint, posted.unreachable)
  const { status, text } = posted
  if (status === 200) return (text === '' ? {} : readJsonObject(text)) ?? {}
  const { code, message } = readJsonRefusal(text) ?? { code: `Status ${status}`, message: '' }
  throw new CliError(`${code}: ${message || 'the server refused'}`)
}

/** An unsigned request, such as the one for health. */
export async function reach(url: URL, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: 'error' })
  } catch (error) {
    throw noAnswer(url, causeOf(error))
  }
}

function noAnswer({ origin }: URL, cause: string): CliError {
  return new CliError(`No server answers at ${origin} (${cause}). Is it running? Name another with --endpoint.`)
}
