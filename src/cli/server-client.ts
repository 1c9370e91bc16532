import { Secret } from '../base/secret.ts'
import { sign } from '../sigv4/sign.ts'
import { CliError } from './output.ts'

/** How to reach a server, from flags and the variables that AWS's own clients read. */
export interface ServerAccess {
  readonly endpoint: URL
  readonly region: string
  readonly credentials:
    | { readonly accessKeyId: string; readonly secretAccessKey: Secret<string>; readonly sessionToken?: Secret<string> }
    | undefined
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
  const body = Buffer.from(JSON.stringify(input))
  const given = ['Host', endpoint.host, 'Content-Type', 'application/x-amz-json-1.1', 'X-Amz-Target', target]
  const path = endpoint.pathname
  const signed = sign({ method: 'POST', target: path, headers: given, body }, credentials, {
    region,
    service,
    nowMs: Date.now(),
  })
  const headers = new Headers()
  for (let index = 0; index < signed.length; index += 2) {
    if (signed[index] !== 'Host') headers.set(signed[index] as string, signed[index + 1] as string)
  }
  const answer = await reach(endpoint, { method: 'POST', headers, body })
  const text = await answer.text()
  const parsed = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
  if (answer.ok) return parsed
  throw new CliError(
    `${String(parsed['__type'])}: ${String(parsed['Message'] ?? parsed['message'] ?? 'the server refused')}`,
  )
}

/** An unsigned request, such as the one for health. */
export async function reach(url: URL, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: 'error' })
  } catch (error) {
    const cause = (error as { cause?: { code?: string; message?: string } }).cause
    throw new CliError(
      `No server answers at ${url.origin} (${cause?.code ?? cause?.message ?? 'no connection'}). Is it running? Name another with --endpoint.`,
    )
  }
}
