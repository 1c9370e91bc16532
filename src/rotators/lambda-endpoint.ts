import { parseArn } from '../iam/arn.ts'
import { type SigningCredentials, sign } from '../sigv4/sign.ts'
import { post, readErrorBody } from './post.ts'
import { type RemoteRotator, stepDone, stepFailed } from './rotator.ts'

export interface LambdaEndpointOptions {
  /** AWS's own for the region of the function where absent. */
  readonly endpoint?: URL | undefined
  readonly credentials: () => SigningCredentials | undefined
  readonly ca?: string | undefined
  /** For one whole step. */
  readonly timeoutMilliseconds: number
  /** Real milliseconds since 1970. */
  readonly now: () => number
}

/** A function of AWS Lambda, or of what keeps to its API (Lambda API reference, «Invoke»), called with credentials of its own account. */
export function lambdaEndpoint(functionArn: string, options: LambdaEndpointOptions): RemoteRotator {
  const { ca, timeoutMilliseconds, now } = options
  return {
    async invoke(event) {
      const region = parseArn(functionArn)?.region
      const credentials = options.credentials()
      if (!region || !credentials) return stepFailed('Lambda.NoCredentials')
      const url = urlOf(functionArn, region, options.endpoint)
      const body = JSON.stringify(event)
      const given = ['Host', url.host, 'Content-Type', 'application/json', 'X-Amz-Invocation-Type', 'RequestResponse']
      const request = { method: 'POST', target: url.pathname, headers: given, body: Buffer.from(body, 'utf8') }
      const signed = sign(request, credentials, { region, service: 'lambda', nowMs: now() })
      const headers: Record<string, string> = {}
      for (let index = 0; index < signed.length; index += 2)
        headers[signed[index] as string] = signed[index + 1] as string
      const answer = await post({ url, headers, body, ca, timeoutMilliseconds })
      if ('failed' in answer) return stepFailed(`Lambda.${answer.failed}`)
      const { type, detail } = readErrorBody(answer.body)
      if (answer.status < 200 || answer.status >= 300) return stepFailed(`Lambda.Status${answer.status}`)
      if (answer.headers['x-amz-function-error'] !== undefined) return stepFailed(type ?? 'Unhandled', detail)
      return stepDone
    },
  }
}

function urlOf(functionArn: string, region: string, endpoint: URL | undefined): URL {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  const base = endpoint ?? new URL(`https://lambda.${region}.${suffix}/`)
  return new URL(`/2015-03-31/functions/${encodeURIComponent(functionArn)}/invocations`, base)
}
