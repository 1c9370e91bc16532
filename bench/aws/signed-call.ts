import { uuid } from '../../src/base/ids.ts'
import { Secret } from '../../src/base/secret.ts'
import { sign } from '../../src/sigv4/sign.ts'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** A call of an AWS API that nobody has signed yet. */
export interface Call {
  /** The name in the credential scope. */
  readonly service: string
  readonly headers: readonly string[]
  readonly body: string
}

const targets = { secretsmanager: 'secretsmanager', ssm: 'AmazonSSM', kms: 'TrentService' } as const
export type JsonService = keyof typeof targets

const versions: Readonly<Record<string, string>> = { iam: '2010-05-08', sts: '2011-06-15' }

export const region = 'us-east-1'
export const host = '127.0.0.1'

/** A call in the JSON protocol; `input` as it is on the wire. */
export function jsonCall(service: JsonService, operation: string, input: object): Call {
  const headers = ['X-Amz-Target', `${targets[service]}.${operation}`, 'Content-Type', 'application/x-amz-json-1.1']
  return { service, headers, body: JSON.stringify(input) }
}

/** A call in the Query protocol. */
export function queryCall(service: 'iam' | 'sts', action: string, parameters: Readonly<Record<string, string>>): Call {
  const form = new URLSearchParams({ Action: action, Version: versions[service] as string, ...parameters })
  const headers = ['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8']
  return { service, headers, body: form.toString() }
}

/** The headers of a call with its signature: those that botocore signs, and no others. */
export function signedHeaders(call: Call, credentials: Credentials, port: number, nowMs: number): string[] {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  const headers = ['Host', `${host}:${port}`, ...call.headers]
  const request = { method: 'POST', target: '/', headers, body: Buffer.from(call.body) }
  const secrets = {
    accessKeyId,
    secretAccessKey: new Secret(secretAccessKey),
    ...(sessionToken !== undefined && { sessionToken: new Secret(sessionToken) }),
  }
  return sign(request, secrets, { region, service: call.service, nowMs })
}

/** The bytes that botocore puts on the wire for a call. */
export function rawRequest(call: Call, credentials: Credentials, port: number, nowMs: number): Uint8Array {
  const headers = [
    ...signedHeaders(call, credentials, port, nowMs),
    'User-Agent',
    'Boto3/1.40.0 md/Botocore#1.40.0 ua/2.1 os/linux#6.8 md/arch#x86_64 lang/python#3.12.3',
    'Accept-Encoding',
    'identity',
    'amz-sdk-invocation-id',
    uuid(),
    'amz-sdk-request',
    'attempt=1',
    'Content-Length',
    String(Buffer.byteLength(call.body)),
  ]
  let head = 'POST / HTTP/1.1\r\n'
  for (let index = 0; index < headers.length; index += 2) head += `${headers[index]}: ${headers[index + 1]}\r\n`
  return Buffer.from(`${head}\r\n${call.body}`)
}
